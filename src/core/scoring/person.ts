/** What a person by themselves is worth: fit by title and department, and their own points. */
import type { ScoringModel } from '../model.ts';
import type { EvidenceSet } from './evidence.ts';
import { scorePersonFit } from './fit.ts';
import { measureHeat } from './heat.ts';
import { type Qualification, qualify } from './qualification.ts';
import { judgeTitle } from './role.ts';

/**
 * Qualification of a person as of a moment; `evidence`: their own signals, in any order. The department is the area of
 * their title (`TECHNICAL`, `BUSINESS`, `SALES_MARKETING`), as `departments` of the model names it.
 */
export function qualifyPerson(
  person: { title: string | null },
  evidence: EvidenceSet,
  model: ScoringModel,
  asOf: Date,
): Qualification {
  const area = person.title === null ? 'OTHER' : judgeTitle(person.title).area;
  const fit = scorePersonFit({ title: person.title, department: area === 'OTHER' ? null : area }, model);
  return qualify(fit, measureHeat(evidence, model, asOf), model);
}
