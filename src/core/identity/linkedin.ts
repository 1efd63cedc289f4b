/** Company pages on LinkedIn. */

const PAGE = /linkedin\.com\/(?:company|school|showcase)\/([^/?#\s]+)/i;
const SLUG = /^[\p{L}\p{N}][\p{L}\p{N}_-]*$/u;

/**
 * The name that LinkedIn gives a company's page, lower case: `https://www.linkedin.com/company/Acme-Inc/about` and
 * `acme-inc` → `acme-inc`. `null` for people's pages and for what is no page.
 */
export function companySlug(page: string): string | null {
  const text = page.trim();
  const written = PAGE.exec(text)?.[1] ?? text;
  let slug: string;
  try {
    slug = decodeURIComponent(written).normalize('NFC').toLowerCase();
  } catch {
    return null;
  }
  return slug.length <= 200 && SLUG.test(slug) ? slug : null;
}
