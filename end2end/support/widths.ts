import { expect, type Page } from '@playwright/test';

/** The widths that every page and dialog is checked at: a telephone, two windows beside others, a whole screen. */
export const WIDTHS = [320, 800, 1024, 1280] as const;

/** Checks that neither the page nor an open dialog scrolls sideways, and that the dialog is inside the screen. */
export async function expectNothingSideways(page: Page, what: string): Promise<void> {
  const faults = await page.evaluate(() => {
    const boxes = [document.documentElement, ...document.querySelectorAll('main, .list, dialog[open], dialog[open] .dialog-body')];
    const wide = boxes
      .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)
      .map(({ tagName, className, scrollWidth, clientWidth }) => `${tagName}.${className}: ${scrollWidth} in ${clientWidth}`);
    const outside = [...document.querySelectorAll('dialog[open]')].filter((dialog) => {
      const { left, right } = dialog.getBoundingClientRect();
      return left < 0 || right > document.documentElement.clientWidth;
    });
    return [...wide, ...outside.map(({ className }) => `${className} is outside the screen`)];
  });
  expect(faults, what).toEqual([]);
}
