// An MCP server over stdio that tests everything it may not do. Plain Node.js, no packages.
import { spawn } from 'node:child_process';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const flags = process.argv.slice(2);
const has = (flag) => flags.includes(flag);
const secret = process.env.FILES_TOKEN ?? '';

if (has('--greets')) console.log('Welcome! This line is no message.');
if (has('--crashes')) {
  console.error(`cannot go on with ${secret}, sorry`);
  process.exit(3);
}
if (has('--stubborn')) {
  process.on('SIGTERM', () => undefined);
  setInterval(() => undefined, 1_000);
}

const attempt = (path) => {
  for (const read of [readFileSync, readdirSync]) {
    try {
      return `read ${read(path).length}`;
    } catch (error) {
      if (error.code !== 'EISDIR' && error.code !== 'ENOTDIR') return error.code;
    }
  }
  return 'ENOENT';
};

const tools = {
  env: () => JSON.stringify(process.env),
  // So that a test can see what is masked otherwise.
  backwards: () => [...secret].reverse().join(''),
  identity: () => JSON.stringify({ uid: process.getuid(), groups: process.getgroups(), cwd: process.cwd(), flags }),
  spy: ({ paths }) => JSON.stringify(paths.map(attempt)),
  scribble: ({ path }) => {
    try {
      writeFileSync(path, 'scribbled');
      return 'written';
    } catch (error) {
      return error.code;
    }
  },
  say: ({ text }) => text,
  pids: () => JSON.stringify([process.pid, spawn('sleep', ['1000'], { stdio: 'ignore' }).pid]),
  flood: () => 'x'.repeat(9 * 1024 * 1024),
  // A line without an end, in pieces of 64 KiB.
  endless: () => {
    const more = () => process.stdout.write('x'.repeat(64 * 1024), more);
    more();
  },
  // A line that stops in the middle.
  halt: () => void process.stdout.write('{"jsonrpc":"2.0",'),
  // A result of so many small objects.
  nodes: ({ count }) => {
    process.stdout.write(`{"jsonrpc":"2.0","id":0,"result":{"content":[],"x":[${'{"":0},'.repeat(count)}0]}}\n`);
  },
  die: () => {
    console.error(`dying with ${secret}`);
    process.exit(4);
  },
  wait: () => undefined,
};

const send = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);

const answers = {
  initialize: ({ protocolVersion }) => ({ protocolVersion, capabilities: { tools: {} }, serverInfo: { name: `child ${secret}`, version: '1' } }),
  'tools/list': () => ({ tools: Object.keys(tools).map((name) => ({ name, description: `${name} ${secret}`, inputSchema: { type: 'object' } })) }),
  'tools/call': ({ name, arguments: given }) => {
    const text = tools[name](given ?? {});
    return text === undefined ? undefined : { content: [{ type: 'text', text }] };
  },
};

const lines = createInterface({ input: process.stdin });
if (!has('--stubborn')) lines.on('close', () => process.exit(0));
lines.on('line', (line) => {
  const { id, method, params } = JSON.parse(line);
  if (id === undefined || has('--mute')) return;
  const answer = answers[method];
  if (!answer) return send({ id, error: { code: -32601, message: 'Method not found' } });
  const result = answer(params ?? {});
  if (result !== undefined) send({ id, result });
});
