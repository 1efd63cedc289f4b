#!/usr/bin/env node
// The `undercurrent` command.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as ownNode from './own-node.mjs';

const root = path.join(path.dirname(fs.realpathSync(fileURLToPath(import.meta.url))), '..');
// Node doesn't run TypeScript below node_modules: the published package brings compiled files.
const source = path.join(root, 'src', 'cli.ts');
const cli = fs.existsSync(source) ? source : path.join(root, 'dist', 'src', 'cli.js');
ownNode.run([...process.execArgv, cli, ...process.argv.slice(2)]);
