import { loadAdapters } from '../../src/edge/adapters.ts';
import { describeContract, listAdapter } from './suite.ts';

const SIGNALS = new URL('../../signals/', import.meta.url);

for (const adapter of (await loadAdapters()).values()) {
  const folder = new URL(`${adapter.id}/`, SIGNALS);
  const { files, inputs } = await listAdapter(folder);
  describeContract(adapter, folder, files, inputs);
}
