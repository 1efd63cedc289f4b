import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');

interface Count {
  passed: number;
  failed: number;
}

/** What we read of Vitest's JSON report. */
interface Report {
  testResults: { status: string; assertionResults: { status: string }[] }[];
}

/**
 * Type-check, lint and the search for dead code count as a test each; then Vitest with `vitestArgs`. Prints
 * everything as it comes and `N passed, N failed` as the last line; sets the exit code.
 */
export async function verify(vitestArgs: string[]): Promise<void> {
  const total: Count = { passed: 0, failed: 0 };
  for (const [name, args] of [
    ['typescript', ['-p', '.']],
    ['@biomejs/biome', ['check', '.']],
    ['knip', []],
  ] as const) {
    console.log(`\n── ${name} ${args.join(' ')}`);
    const ok = (await runTool(name, [...args])) === 0;
    console.log(ok ? '✓ passed' : '✗ failed');
    total[ok ? 'passed' : 'failed']++;
  }

  const tests = await runVitest(vitestArgs);
  total.passed += tests.passed;
  total.failed += tests.failed;
  process.exitCode = total.failed > 0 ? 1 : 0;
  console.log(`\n${total.passed} passed, ${total.failed} failed`);
}

async function runVitest(args: string[]): Promise<Count> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'undercurrent-report-'));
  const file = path.join(folder, 'report.json');
  try {
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
    const code = await runTool('vitest', ['run', ...reporters, ...args]);
    const count = fs.existsSync(file)
      ? countTests(JSON.parse(fs.readFileSync(file, 'utf8')))
      : { passed: 0, failed: 0 };
    // A run that fails without a failed test (an unhandled error, no test at all) must not look green.
    if (count.failed === 0 && (code !== 0 || count.passed === 0)) count.failed = 1;
    return count;
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

function countTests(report: Report): Count {
  const count: Count = { passed: 0, failed: 0 };
  for (const file of report.testResults) {
    const failed = file.assertionResults.filter((test) => test.status === 'failed').length;
    count.passed += file.assertionResults.filter((test) => test.status === 'passed').length;
    // A file that can't even be loaded, or whose hooks fail, has no failed test of its own.
    count.failed += file.status === 'failed' ? Math.max(1, failed) : failed;
  }
  return count;
}

/** Runs a package's command on this Node and resolves to its exit code. */
function runTool(name: string, args: string[]): Promise<number> {
  const folder = path.join(root, 'node_modules', name);
  const { bin } = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8')) as {
    bin: string | Record<string, string>;
  };
  const script = typeof bin === 'string' ? bin : Object.values(bin)[0]!;
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [path.join(folder, script), ...args], {
      cwd: root,
      stdio: 'inherit',
    });
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 1));
  });
}
