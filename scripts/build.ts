/** `npm run build`: compiles what is published to `dist/` and puts beside it what the code reads at run time. */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const dist = path.join(root, 'dist');

fs.rmSync(dist, { recursive: true, force: true });
const tsc = path.join(root, 'node_modules', 'typescript', 'bin', 'tsc');
const compiled = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], {
  cwd: root,
  stdio: 'inherit',
});
if (compiled.status !== 0) process.exit(1);

// The same places relative to the code as in the sources, so that the code need not know which it is.
for (const folder of ['migrations', 'dashboard', 'schema', 'sample', 'signals']) {
  fs.cpSync(path.join(root, folder), path.join(dist, folder), { recursive: true, filter: isAsset });
}
fs.copyFileSync(path.join(root, 'package.json'), path.join(dist, 'package.json'));
console.log(`Built ${path.relative(process.cwd(), dist) || dist}`);

function isAsset(file: string): boolean {
  return !file.endsWith('.ts') && path.basename(file) !== 'fixtures';
}
