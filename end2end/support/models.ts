import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { eventually, freePort, start } from './process';

const FOLDER = join(__dirname, '..');
const AIMOCK = join(FOLDER, 'node_modules/@copilotkit/aimock/dist/cli.js');

/** A provider of models that answers 401 to every request without the key. */
export interface ModelProvider {
  /** The base URL of its OpenAI-compatible API. */
  baseUrl: string;
  /** `127.0.0.1:PORT`, as lists and the audit trail show it. */
  host: string;
  /** `http://127.0.0.1:PORT`, as an allowed destination of a credential. */
  origin: string;
  key: string;
  stop(): Promise<void>;
}

/** What it answers to which prompt; with `truncateAfterChunks` the connection ends in the middle of an answer. */
export type Fixtures = readonly { match: Record<string, unknown>; response: Record<string, unknown>; latency?: number; truncateAfterChunks?: number }[];

/** Starts one. */
export async function startModels(fixtures: Fixtures, key = `canary-model-${randomUUID()}`): Promise<ModelProvider> {
  const folder = await mkdtemp(join(tmpdir(), 'strongroom-models-'));
  const file = join(folder, 'fixtures.json');
  await writeFile(file, JSON.stringify({ fixtures }));
  const port = await freePort();
  const options = ['--strict', '--chunk-size', '6', '--host', '127.0.0.1', '--port', String(port), '--fixtures', file];
  const server = start('node', [AIMOCK, ...options], { cwd: FOLDER, env: { AIMOCK_API_KEYS: key } });
  const stop = async () => {
    await server.stop();
    await rm(folder, { recursive: true });
  };
  const host = `127.0.0.1:${port}`;
  const answers = () => fetch(`http://${host}/ready`).then(({ ok }) => ok || undefined, () => undefined);
  try {
    await eventually('aimock', server, answers);
  } catch (error) {
    await stop();
    throw error;
  }
  return { baseUrl: `http://${host}/v1`, host, origin: `http://${host}`, key, stop };
}
