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
