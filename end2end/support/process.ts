import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** A program that runs beside the tests. */
export interface Running {
  /** Everything that it has written so far, standard output and standard error together. */
  output(): string;
  /** Whether it has ended by itself. */
  ended(): boolean;
  /** Asks it to end, and makes it end when it does not. */
  stop(): Promise<void>;
}

const STOP_WITHIN_MS = 10_000;

/** Starts a program that runs until it is stopped. */
export function start(program: string, args: string[], options: { cwd?: string; env?: NodeJS.ProcessEnv } = {}): Running {
  const child = spawn(program, args, {
    cwd: options.cwd,
    env: { ...environment(), ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let written = '';
  const keep = (chunk: Buffer) => (written += chunk.toString());
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  child.on('error', (error) => (written += String(error)));
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  return {
    output: () => written,
    ended: () => hasEnded(child),
    stop: async () => {
      process.off('exit', kill);
      if (hasEnded(child)) return;
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
      await gone;
      clearTimeout(timer);
    },
  };
}

/** Runs a program to its end with the text as its standard input; what it wrote is returned, or thrown when it fails. */
export async function run(program: string, args: string[], input: string): Promise<string> {
  const child = spawn(program, args, { env: environment(), stdio: ['pipe', 'pipe', 'pipe'] });
  let written = '';
  child.stdout.on('data', (chunk: Buffer) => (written += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (written += chunk.toString()));
  child.stdin.on('error', () => {
    // It ended without reading: its exit code says why.
  });
  child.stdin.end(input);
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}:\n${written}`);
  return written;
}

/** Asks again until the answer is not `undefined`. */
export async function eventually<T>(what: string, running: Running, ask: () => Promise<T | undefined> | T | undefined): Promise<T> {
  const until = Date.now() + 20_000;
  while (Date.now() < until) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (running.ended()) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${what} did not start; it wrote:\n${running.output()}`);
}

/** A port on the loopback address that nothing listens on. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('a listener on 127.0.0.1 has no port');
  return address.port;
}

/** Settings of the developer's own Strongroom must not reach the one under test. */
function environment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('STRONGROOM_')));
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null || child.pid === undefined;
}
