import type { BrowserContext, ConsoleMessage } from '@playwright/test';

/** Collects what must not happen on any page; a test that expects some of it says so. */
export class Guard {
  private readonly found: string[] = [];
  private readonly allowed: RegExp[] = [];

  /** Complaints that match are part of this test. */
  allow(expected: RegExp): void {
    this.allowed.push(expected);
  }

  /** What happened and was not allowed. */
  complaints(): string[] {
    return this.found.filter((complaint) => !this.allowed.some((expected) => expected.test(complaint)));
  }

  async watch(context: BrowserContext): Promise<void> {
    await context.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', (event) => {
        console.error(`securitypolicyviolation: ${event.effectiveDirective} ${event.blockedURI} ${event.sample}`);
      });
    });
    context.on('console', (message) => {
      if (message.type() === 'error' && !isRefusedApiRequest(message)) {
        this.found.push(`console error: ${message.text()} (${message.location().url})`);
      }
    });
    context.on('weberror', (error) => this.found.push(`uncaught: ${error.error().stack ?? error.error().message}`));
    context.on('request', (request) => {
      const { protocol, hostname } = new URL(request.url());
      if (protocol.startsWith('http') && hostname !== '127.0.0.1') this.found.push(`request to ${hostname}: ${request.url()}`);
    });
  }
}

/** Chromium writes an error for every 4xx answer; to the API it is how rules are told, and the page shows it. */
function isRefusedApiRequest(message: ConsoleMessage): boolean {
  return /^Failed to load resource: .* status of 4\d\d/.test(message.text()) && message.location().url.includes('/api/');
}
