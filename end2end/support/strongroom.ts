import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Api } from './api';
import { eventually, freePort, run, start } from './process';

export const ROLES = ['administrator', 'manager', 'viewer'] as const;
export type Role = (typeof ROLES)[number];

/** Someone who can sign in. */
export interface User {
  name: string;
  email: string;
  password: string;
  role: Role;
}

/** One user of each role, on every server that the tests start. */
export const USERS: Record<Role, User> = {
  administrator: { name: 'Ada Administrator', email: 'ada@example.com', password: 'plum-orbit-candle-31', role: 'administrator' },
  manager: { name: 'Max Manager', email: 'max@example.com', password: 'fern-violet-harbour-62', role: 'manager' },
  viewer: { name: 'Vera Viewer', email: 'vera@example.com', password: 'stone-meadow-pencil-93', role: 'viewer' },
};

/** A server of its own: its own port, its own data folder, the three users, nothing else. */
export interface Strongroom {
  /** `http://127.0.0.1:PORT` */
  url: string;
  dataDir: string;
  /** What the server has logged so far. */
  log(): string;
  /** Signs in, and makes requests as that user. Every call is a new session. */
  api(role: Role): Promise<Api>;
  stop(): Promise<void>;
}

/** Starts a server; `args` are added to `strongroom serve`, `config` is its settings file. */
export async function startStrongroom(
  options: { users?: boolean; args?: string[]; config?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<Strongroom> {
  const program = required('STRONGROOM_BIN');
  // A release has its site inside.
  const site = process.env.STRONGROOM_SITE_DIR;
  const dataDir = await mkdtemp(join(tmpdir(), 'strongroom-end2end-'));
  if (options.users !== false) {
    for (const { name, email, password, role } of Object.values(USERS)) {
      const who = ['--email', email, '--name', name, '--role', role];
      await run(program, ['user', 'add', ...who, '--password-stdin', '--data-dir', dataDir], `${password}\n`);
    }
  }
  const listen = `127.0.0.1:${await freePort()}`;
  const url = `http://${listen}`;
  const config = join(dataDir, 'strongroom.toml');
  if (options.config !== undefined) await writeFile(config, options.config);
  const server = start(
    program,
    [
      ...['serve', '--data-dir', dataDir, '--listen', listen],
      ...(site ? ['--site-dir', site] : []),
      ...(options.config === undefined ? [] : ['--config', config]),
      ...(options.args ?? []),
    ],
    { env: options.env },
  );
  const stop = async () => {
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
  try {
    await eventually('strongroom', server, async () => {
      const answer = await fetch(`${url}/readyz`).catch(() => undefined);
      return answer?.status === 200 ? true : undefined;
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, dataDir, log: server.output, api: (role) => Api.signIn(url, USERS[role]), stop };
}

function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run the browser tests with \`cargo xtask test --only browser\``);
  return value;
}
