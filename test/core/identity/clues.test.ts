import { describe, expect, test } from 'vitest';
import { countryCode } from '../../../src/core/identity/country.ts';
import { companySlug } from '../../../src/core/identity/linkedin.ts';

describe('countryCode', () => {
  test.each([
    ['DE', 'DE'],
    [' de ', 'DE'],
    ['Germany', 'DE'],
    ['united  states', 'US'],
    ['USA', 'US'],
    ['UK', 'GB'],
    ['United Kingdom', 'GB'],
    ['Czechia', 'CZ'],
    ['Czech Republic', 'CZ'],
    ['Deutschland', 'deutschland'],
    ['Atlantis', 'atlantis'],
  ])('%s is %s', (said, code) => expect(countryCode(said)).toBe(code));
});

describe('companySlug', () => {
  test.each([
    ['https://www.linkedin.com/company/Acme-Inc/about/?trk=x', 'acme-inc'],
    ['de.linkedin.com/company/acme', 'acme'],
    ['linkedin.com/showcase/acme-cloud', 'acme-cloud'],
    ['https://linkedin.com/company/caf%C3%A9', 'café'],
    ['acme-inc', 'acme-inc'],
    ['https://www.linkedin.com/in/jo-doe', null],
    ['https://linkedin.com/company/%E0%A4%A', null],
    ['https://acme.example/company', null],
    ['', null],
  ])('%s is %s', (page, slug) => expect(companySlug(page)).toBe(slug));
});
