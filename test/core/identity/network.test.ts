import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { classifyOrganisation, NETWORK_CLASSES } from '../../../src/core/identity/network.ts';

describe('classifyOrganisation', () => {
  test.each([
    ['Acme Steel Corporation', 'business'],
    ['Birch & Sons Bank PLC', 'business'],
    ['Grand Hotel Delta', 'business'],
    ['Planet Foods Ltd', 'business'],
    ['Weber Grills Inc', 'business'],
    ['Hostel Beds SL', 'business'],
    ['Northwind Pipeline Company', 'business'],
    ['Acme Telecom Ltd', 'isp'],
    ['Acmetelecom', 'isp'],
    ['Birch Broadband Inc.', 'isp'],
    ['DELTA TELECOMUNICAÇÕES LTDA', 'isp'],
    ['Kabelnetz Nord GmbH', 'isp'],
    ['Verizon Business', 'isp'],
    ['Deutsche Telekom AG', 'isp'],
    ['Acme Mobile', 'mobile'],
    ['T-Mobile USA, Inc.', 'mobile'],
    ['Acme Hosting BV', 'hosting'],
    ['Delta Data Centres AS', 'hosting'],
    ['Amazon.com, Inc.', 'hosting'],
    ['Cloudflare, Inc.', 'hosting'],
    ['University of Nowhere', 'education'],
    ['Universität Nirgendwo', 'education'],
    ['Delta Valley Unified School District', 'education'],
    ['Ministry of Communications', 'government'],
    ['City of Nowhere', 'government'],
    ['Delta County, Georgia', 'government'],
    ['ZSCALER, INC.', 'gateway'],
    ['Acme VPN Services', 'proxy'],
    ['Acme Network Solutions', 'isp'],
    ['Birchnet Ltd', 'isp'],
    ['Deltatel Ltd.', 'isp'],
    ['Birch Node', 'isp'],
    ['Delta Data SARL', 'hosting'],
    ['Acme Computers', 'unknown'],
    ['Acme Information AG', 'unknown'],
    ['Acme Design Systems Inc', 'business'],
    ['Acme IT Services', 'business'],
    ['Acme Federal Credit Union', 'business'],
    ['Central Bank of Nowhere', 'government'],
    ['Delta Internet Securities', 'business'],
    ['Birch Hospital', 'business'],
    ['Orange Nowhere SA', 'isp'],
    ['Orange Grove Fruit Juice Bottling and Trade House', 'business'],
    ['Kommunikationsnetz Nirgendwo', 'isp'],
    ['Gemeente Nergens', 'government'],
    ['Kementerian Kehutanan', 'government'],
    ['Instituto Politecnico de Ninguna Parte', 'education'],
    ['Univeristy of Nowhere', 'education'],
    ['Universal Foods', 'business'],
    ['Colombia Coffee Company', 'business'],
    ['Delta County Broadband', 'isp'],
    ['Exxon Mobil Corporation', 'business'],
    ['Google Fiber Inc.', 'isp'],
    ['Acme Steel trading as Birch', 'business'],
    ['', 'unknown'],
    ['???', 'unknown'],
  ])('%s is %s', (name, found) => {
    const verdict = classifyOrganisation(name);
    expect(verdict.class).toBe(found);
    expect(verdict.reason).not.toBe('');
  });

  test('finds whole words only: what contains a word is not the word', () => {
    expect(classifyOrganisation('Wanderlust Travel').class).toBe('business'); // wan
    expect(classifyOrganisation('Landscape Gardens').class).toBe('business'); // lan
    expect(classifyOrganisation('Duplo Bricks').class).toBe('business'); // du
    expect(classifyOrganisation('Artistic Foods').class).toBe('business'); // tis, tic
  });

  test('answers anything, and case makes no difference', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (name) => {
        const verdict = classifyOrganisation(name);
        expect(NETWORK_CLASSES).toContain(verdict.class);
        expect(verdict.confidence).toBeGreaterThanOrEqual(0);
        expect(verdict.confidence).toBeLessThanOrEqual(1);
      }),
    );
    fc.assert(
      fc.property(fc.constantFrom('Acme Telecom', 'City of Nowhere', 'Acme Steel', 'Birchnet'), (name) => {
        expect(classifyOrganisation(name.toUpperCase())).toEqual(classifyOrganisation(name.toLowerCase()));
      }),
    );
  });
});
