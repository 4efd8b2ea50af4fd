import { expect, type Page } from '@playwright/test';

/** Checks that the text is nowhere in reach: address, document, fields, what screen readers are told, what is kept. */
export async function expectNowhere(page: Page, text: string, when: string): Promise<void> {
  const kept = await page.evaluate(() => {
    const fields = [...document.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>('input, textarea')];
    return JSON.stringify([fields.map(({ value }) => value), { ...localStorage }, { ...sessionStorage }, document.cookie, history.state]);
  });
  const body = page.locator('body');
  const readable = {
    'the address': page.url(),
    'the document': await page.content(),
    'the text': await body.innerText(),
    'the accessibility tree': await body.ariaSnapshot(),
    'fields and stores': kept,
  };
  for (const [where, content] of Object.entries(readable)) expect(content, `${where}, ${when}`).not.toContain(text);
}

/**
 * Checks that none of the characters is in reach, also while a field has the focus: accessibility tree, document with the
 * inner parts of its fields, and their values.
 */
export async function expectNoneOf(page: Page, characters: string, when: string): Promise<void> {
  const devtools = await page.context().newCDPSession(page);
  const { nodes } = await devtools.send('Accessibility.getFullAXTree');
  const { root } = await devtools.send('DOM.getDocument', { depth: -1, pierce: true });
  await devtools.detach();
  const fields = page.locator('input, textarea');
  const readable = {
    'the accessibility tree': JSON.stringify(nodes),
    'the document': JSON.stringify(root),
    'the values of fields': JSON.stringify(await fields.evaluateAll((found) => found.map((field) => (field as HTMLInputElement).value))),
  };
  for (const [where, content] of Object.entries(readable)) {
    const found = [...characters].filter((character) => content.includes(character));
    expect(found, `${where}, ${when}`).toEqual([]);
  }
}
