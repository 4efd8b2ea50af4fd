import { type Api, expect, open, type Page, signIn, test, unique } from '../fixtures';

const CANARY = 'canary-2fd6-pseudo-locale';

/**
 * Lengthens every visible word by 40 %, as a translation may, with accents above and below: what a person reads in
 * texts, placeholders and names for screen readers. Contents of records stay as they are.
 */
async function pseudoLocalize(page: Page): Promise<void> {
  await page.evaluate(() => {
    const accents: Record<string, string> = { a: 'å', e: 'é', i: 'î', o: 'ö', u: 'ų', A: 'Å', E: 'É', I: 'Î', O: 'Ö', U: 'Ų' };
    const longer = (text: string) => {
      const words = text.trim();
      if (!/[A-Za-z]/.test(words)) return text;
      const accented = words.replace(/[aeiouAEIOU]/g, (letter) => accents[letter] ?? letter);
      return text.replace(words, `${accented} ${'ëxtra '.repeat(Math.ceil(words.length * 0.4)).slice(0, Math.ceil(words.length * 0.4))}`.trim());
    };
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const texts: Text[] = [];
    while (walker.nextNode()) texts.push(walker.currentNode as Text);
    for (const text of texts) if (!text.parentElement?.closest('script, style, code, kbd')) text.data = longer(text.data);
    for (const element of document.querySelectorAll('[placeholder]')) element.setAttribute('placeholder', longer(element.getAttribute('placeholder') ?? ''));
  });
}

/** What sticks out of its page, dialog or button, or is cut off without a way to read it. */
async function expectItFits(page: Page, what: string): Promise<void> {
  const faults = await page.evaluate(() => {
    const found: string[] = [];
    const wide = [document.documentElement, ...document.querySelectorAll('main, dialog[open], dialog[open] .dialog-body')];
    for (const { tagName, className, scrollWidth, clientWidth } of wide) {
      if (scrollWidth > clientWidth) found.push(`${tagName}.${className} scrolls sideways: ${scrollWidth} in ${clientWidth}`);
    }
    for (const control of document.querySelectorAll<HTMLElement>('main button, main a.button, dialog[open] button, dialog[open] a.button, nav a')) {
      if (!control.checkVisibility()) continue;
      const box = control.getBoundingClientRect();
      if (box.width > 1 && (box.left < -1 || box.right > window.innerWidth + 1)) found.push(`${control.textContent} is outside the screen`);
      if (control.scrollHeight > control.clientHeight + 2 && getComputedStyle(control).overflow === 'hidden') found.push(`${control.textContent} is cut off`);
    }
    return found;
  });
  expect(faults, what).toEqual([]);
}

async function records(client: Api): Promise<{ credential: string; server: string; binding: string }> {
  const { id } = await client.createCredential({ name: unique('LONG_WORDS'), value: CANARY, allowed_hosts: ['mcp.example.com'] });
  const server = await client.post<{ id: string }>('/mcp-servers', { name: unique('Server'), url: 'https://mcp.example.com/mcp', credential_id: id });
  const settings = { provider: 'openai', model_id: 'gpt-test', base_url: 'https://mcp.example.com/v1', api_key: id };
  const binding = await client.post<{ id: string }>('/model-bindings', { name: unique('Binding'), settings });
  return { credential: id, server: server.id, binding: binding.id };
}

for (const width of [320, 800, 1280]) {
  test(`words that are 40 % longer fit at ${width} px`, async ({ page, server, api }) => {
    test.slow();
    await page.setViewportSize({ width, height: 900 });
    const made = await records(await api('administrator'));
    for (const path of ['/sign-in', '/set-up']) {
      await open(page, path);
      await pseudoLocalize(page);
      await expectItFits(page, path);
    }
    await signIn(page, server, 'administrator');
    const list = `/credentials?search=${made.credential}`;
    const pages = [list, '/credentials?search=nothing-is-called-so', `/credentials/${made.credential}`, '/mcp-servers', '/model-bindings', `/model-bindings/${made.binding}/try`];
    for (const path of pages) {
      await open(page, path);
      await pseudoLocalize(page);
      await expectItFits(page, path);
    }
    const dialogs = [
      `${list}&dialog=add`,
      `${list}&edit=${made.credential}`,
      `${list}&rename=${made.credential}`,
      `${list}&hosts=${made.credential}`,
      `${list}&delete=${made.credential}`,
      '/mcp-servers?dialog=add',
      `/mcp-servers?edit=${made.server}`,
      `/mcp-servers?delete=${made.server}`,
      '/model-bindings?dialog=add',
      `/model-bindings?edit=${made.binding}`,
      `/model-bindings?delete=${made.binding}`,
    ];
    for (const path of dialogs) {
      await open(page, path);
      await expect(page.getByRole('dialog').getByRole('button', { name: /Cancel|Close/ }).first()).toBeVisible();
      await pseudoLocalize(page);
      await expectItFits(page, path);
    }
  });
}
