/**
 * What every spec begins with: `import { test, expect, … } from '../fixtures'`.
 *
 * Each worker has a Strongroom of its own, with one user of each role (`USERS`). The tests of a worker share its data:
 * give records a name of their own with `unique`. A test that needs an empty server takes
 * `emptyServer`, or `freshServer` where even the users would be too much.
 */
import AxeBuilder from '@axe-core/playwright';
import { test as base, expect, type Page } from '@playwright/test';
import { randomUUID } from 'node:crypto';

import type { Api } from './support/api';
import { Guard } from './support/guard';
import { everythingAsProgram, type GuardedMcpServer, type McpServer, startEverything, startGuardedMcp } from './support/mcp';
import { type Role, type Strongroom, startStrongroom, USERS } from './support/strongroom';

export { expect, USERS };
export type { Api, GuardedMcpServer, McpServer, Page, Role, Strongroom };

interface TestFixtures {
  /** Fails the test on console errors, uncaught errors, CSP violations and requests to other hosts. */
  guard: Guard;
  /** The JSON API as that user. */
  api: (role: Role) => Promise<Api>;
  /** A server without users and data, for this test alone. Open its pages with `freshServer.url`. */
  freshServer: Strongroom;
  /** A server with the users and nothing else, for this test alone. */
  emptyServer: Strongroom;
  /** A server that offers the programs `everything` and `other`, for this test alone. */
  programs: Strongroom;
  /** An MCP server that checks a token, for this test alone. */
  mcp: GuardedMcpServer;
  /** An MCP server that asks for no token, for this test alone. */
  openMcp: McpServer;
}

interface WorkerFixtures {
  /** This worker's server; `page.goto('/…')` opens its pages. */
  server: Strongroom;
}

export const test = base.extend<TestFixtures, WorkerFixtures>({
  server: [
    async ({}, use) => {
      const server = await startStrongroom();
      await use(server);
      await server.stop();
    },
    { scope: 'worker', timeout: 60_000 },
  ],
  baseURL: async ({ server }, use) => use(server.url),
  guard: [
    async ({ context }, use) => {
      const guard = new Guard();
      await guard.watch(context);
      await use(guard);
      expect(guard.complaints(), 'what must not happen on any page').toEqual([]);
    },
    { auto: true },
  ],
  api: async ({ server }, use) => use((role) => server.api(role)),
  freshServer: async ({}, use) => {
    const server = await startStrongroom({ users: false });
    await use(server);
    await server.stop();
  },
  emptyServer: async ({}, use) => {
    const server = await startStrongroom();
    await use(server);
    await server.stop();
  },
  programs: async ({}, use) => {
    const config = `${everythingAsProgram('everything')}[[stdio_commands]]\nname = "other"\nprogram = "/bin/false"\n`;
    const env = { DEMO_TOKEN: PROGRAM_TOKEN };
    const server = await startStrongroom({ config, env, args: ['--stdio-unconfined'] });
    await use(server);
    await server.stop();
  },
  mcp: async ({}, use) => {
    const mcp = await startGuardedMcp();
    await use(mcp);
    await mcp.stop();
  },
  openMcp: async ({}, use) => {
    const mcp = await startEverything();
    await use(mcp);
    await mcp.stop();
  },
});

/** The value of `DEMO_TOKEN` where programs are on offer. */
export const PROGRAM_TOKEN = 'canary-a7c4-program-token';

/** A name that no other test uses: `unique('OPENAI_KEY')` is `OPENAI_KEY_3F9A…`. */
export function unique(prefix: string): string {
  return `${prefix}_${randomUUID().slice(0, 8).toUpperCase()}`;
}

/** Gives the page's browser a session of the user, without the form. */
export async function signIn(page: Page, server: Strongroom, role: Role): Promise<void> {
  const { cookies, url } = await server.api(role);
  await page.context().addCookies(cookies.map(({ name, value }) => ({ name, value, url, httpOnly: true, sameSite: 'Lax' as const })));
}

/** Waits until the page's own code has taken over from the server's HTML; earlier clicks may go nowhere. */
export async function hydrated(page: Page): Promise<void> {
  await expect(page.locator('html[data-hydrated]')).toBeAttached();
}

/** Opens a page and waits for its own code. */
export async function open(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await hydrated(page);
}

/** Checks the page, or the part that `selector` names, against WCAG 2.2 AA in light and in dark. */
export async function axeCheck(page: Page, selector?: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    let builder = new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']);
    if (selector) builder = builder.include(selector);
    const { violations } = await builder.analyze();
    const found = violations.map(({ id, help, nodes }) => ({ id, help, where: nodes.map(({ html, failureSummary }) => `${html}: ${failureSummary}`) }));
    expect(found, `accessibility, ${colorScheme}`).toEqual([]);
  }
  await page.emulateMedia({ colorScheme: null, reducedMotion: null });
}
