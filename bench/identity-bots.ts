/**
 * How programs are told from people by user agents that others collected: crawlers as they called themselves, and browsers
 * that people were counted with. What classifies here knows some crawlers from the same public lists, so the first figure
 * flatters; the second does not.
 */
import { judgeAgent } from '../src/core/identity/agent.ts';
import { table } from '../src/edge/terminal.ts';
import { percent, readPackage } from './lists.ts';

export async function run(): Promise<void> {
  const rows = [['user agents', 'how many', 'told as bots', 'µs each']];
  const told: string[] = [];
  const compare = (name: string, agents: readonly string[], bots: boolean) => {
    const before = performance.now();
    const judged = agents.map((agent) => ({ agent, bot: judgeAgent(agent).bot }));
    const each = (1_000 * (performance.now() - before)) / agents.length;
    rows.push([
      name,
      String(agents.length),
      percent(judged.filter(({ bot }) => bot).length, agents.length),
      each.toFixed(1),
    ]);
    const wrong = judged.filter(({ bot }) => bot !== bots).map(({ agent }) => agent);
    if (wrong.length > 0)
      told.push(`${name}, told otherwise:`, ...wrong.slice(0, 8).map((one) => `  ${one}`));
  };

  const crawlers = readPackage('crawler-user-agents', '1.60.0', 'crawler-user-agents.json');
  if (crawlers) {
    const list = JSON.parse(crawlers) as { instances?: string[] }[];
    compare('crawlers (crawler-user-agents)', [...new Set(list.flatMap((one) => one.instances ?? []))], true);
  }
  const browsers = readPackage('user-agents', '2.1.198', 'dist/user-agents.json');
  if (browsers) {
    const list = JSON.parse(browsers) as { userAgent: string }[];
    compare('browsers (user-agents)', [...new Set(list.map((one) => one.userAgent))], false);
  }
  if (rows.length > 1) console.log([table(rows), ...told].join('\n'));
}
