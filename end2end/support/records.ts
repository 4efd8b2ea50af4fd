import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { type Api, type McpServer, unique } from '../fixtures';

/** The IDs of one record of each kind. */
export interface Records {
  credential: string;
  server: string;
  binding: string;
  user: string;
}

/** The pages of the signed-out, as they are at first and where they have to say something. */
export const SIGNED_OUT_PAGES = ['/sign-in', '/sign-in?error=wrong', '/set-up', '/welcome', '/help', '/help/credentials'] as const;

/** Makes one record of each kind. The test of none leads out of this machine where the server is on it. */
export async function makeRecords(client: Api, server: Pick<McpServer, 'url' | 'host'>): Promise<Records> {
  const value = 'canary-2fd6-records';
  const { id } = await client.createCredential({ name: unique('LONG_WORDS'), value, allowed_hosts: [server.url] });
  const { id: mcp } = await client.post<{ id: string }>('/mcp-servers', { name: unique('Server'), url: server.url, credential_id: id });
  const settings = { provider: 'openai-compatible', model_id: 'gpt-test', base_url: server.url, api_key: id };
  const binding = await client.post<{ id: string }>('/model-bindings', { name: unique('Binding'), settings });
  const name = unique('Ida');
  const { user } = await client.post<{ user: { id: string } }>('/users', { name, email: `${name.toLowerCase()}@example.com`, role: 'manager' });
  return { credential: id, server: mcp, binding: binding.id, user: user.id };
}

const TABLE = readFileSync(join(__dirname, '..', '..', 'app', 'src', 'page_table.rs'), 'utf8');

/** The paths of the pages of the signed-in, from the app's own table. */
function paths(): string[] {
  const rows = TABLE.split('signed_in {')[1]?.split('}')[0] ?? '';
  return [...rows.matchAll(/\("(\/[^"]*)"/g)].map((row) => row[1]!);
}

/** Every page of the signed-in, with rows and without. */
export function signedInPages(made: Records): string[] {
  const addresses: Record<string, string> = {
    '/credentials': `/credentials?search=${made.credential}`,
    '/credentials/:id': `/credentials/${made.credential}`,
    '/model-bindings/:id/try': `/model-bindings/${made.binding}/try`,
  };
  return [
    ...paths().map((path) => addresses[path] ?? path),
    '/credentials?search=nothing-is-called-so',
    '/users?search=nobody-is-called-so',
    '/audit?search=nothing-is-called-so',
    '/help',
    '/help/credentials',
  ];
}
