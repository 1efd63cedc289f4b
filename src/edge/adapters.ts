/** The adapters there are: every folder under signals/ that has an index. Being there is all the registration. */
import { readdir } from 'node:fs/promises';
import { type Adapter, SIGNAL_KINDS } from '../core/signal.ts';

const SIGNALS = new URL('../../signals/', import.meta.url);
/** `.ts` in a checkout, `.js` in what is built. */
const INDEX = `index${import.meta.url.slice(import.meta.url.lastIndexOf('.'))}`;

/**
 * All adapters by id, in alphabetical order. Throws an `Error` naming the folder where a declaration doesn't
 * hold: a build with it must not start.
 */
export async function loadAdapters(folder: URL = SIGNALS): Promise<Map<string, Adapter>> {
  const entries = await readdir(folder, { withFileTypes: true });
  const ids = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  const adapters = await Promise.all(ids.sort().map((id) => loadAdapter(id, folder)));
  return new Map(adapters.map((adapter) => [adapter.id, adapter]));
}

/** The adapter of one folder. Throws an `Error` that says what is wrong with its declaration. */
export async function loadAdapter(id: string, folder: URL = SIGNALS): Promise<Adapter> {
  const index = new URL(`${id}/${INDEX}`, folder);
  const module: { default?: Adapter } = await import(index.href).catch((cause: unknown) => {
    throw new Error(`signals/${id}/${INDEX} can't be loaded: ${String(cause)}`, { cause });
  });
  const adapter = module.default;
  const complain = (reason: string): Error => new Error(`signals/${id}/${INDEX} ${reason}.`);
  if (!adapter || typeof adapter.normalise !== 'function') {
    throw complain('has no default export made with defineAdapter({ … })');
  }
  if (adapter.id !== id) throw complain(`declares the id "${adapter.id}", which must be the folder's name`);
  const unknown = adapter.kinds.filter((kind) => !SIGNAL_KINDS.includes(kind));
  if (adapter.kinds.length === 0 || unknown.length > 0) {
    throw complain(`declares ${unknown.length > 0 ? `the unknown kinds ${unknown.join(', ')}` : 'no kinds'}`);
  }
  return adapter;
}
