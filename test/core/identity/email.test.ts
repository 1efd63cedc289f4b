import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { classifyEmail, classifyMailDomain, emailKey } from '../../../src/core/identity/email.ts';

describe('classifyEmail', () => {
  test.each([
    ['jo@acme.com', 'company', 'acme.com'],
    ['jo@mail.eu.acme.co.uk', 'company', 'acme.co.uk'],
    ['jo@gmail.com', 'free', 'gmail.com'],
    ['jo@googlemail.com', 'free', 'googlemail.com'],
    ['jo@outlook.com', 'free', 'outlook.com'],
    ['jo@hotmail.co.uk', 'free', 'hotmail.co.uk'],
    ['jo@live.se', 'free', 'live.se'],
    ['jo@yahoo.com.vn', 'free', 'yahoo.com.vn'],
    ['jo@web.de', 'free', 'web.de'],
    ['jo@gmx.ch', 'free', 'gmx.ch'],
    ['jo@qq.com', 'free', 'qq.com'],
    ['jo@att.net', 'free', 'att.net'],
    ['jo@comcast.net', 'free', 'comcast.net'],
    ['jo@users.noreply.github.com', 'free', 'github.com'],
    ['jo@mailinator.com', 'disposable', 'mailinator.com'],
    ['jo@sub.mailinator.com', 'disposable', 'mailinator.com'],
    ['jo@yopmail.com', 'disposable', 'yopmail.com'],
    ['jo@yahoo.com', 'dual', 'yahoo.com'],
    ['jo@zoho.com', 'dual', 'zoho.com'],
    ['jo@orange.fr', 'dual', 'orange.fr'],
    ['jo@privaterelay.appleid.com', 'free', 'appleid.com'],
    ['jo@duck.com', 'free', 'duck.com'],
    ['jo@slmail.me', 'free', 'slmail.me'],
    ['jo@passinbox.com', 'free', 'passinbox.com'],
    ['jo@ewetel.net', 'free', 'ewetel.net'],
    ['jo@fastwebnet.it', 'free', 'fastwebnet.it'],
    ['jo@ocn.ne.jp', 'free', 'ocn.ne.jp'],
    ['jo@brturbo.com.br', 'free', 'brturbo.com.br'],
    ['jo@tedata.net.eg', 'free', 'tedata.net.eg'],
    ['jo@mymts.net', 'free', 'mymts.net'],
    ['jo@otenet.gr', 'free', 'otenet.gr'],
    ['jo@lycos.co.kr', 'free', 'lycos.co.kr'],
    ['jo@vodafone.de', 'dual', 'vodafone.de'],
    ['jo@hinet.net', 'dual', 'hinet.net'],
    ['jo@temp-mail.io', 'disposable', 'temp-mail.io'],
    ['jo@tempmail.acme.com', 'disposable', 'acme.com'],
    ['jo@my-fakemail.example', 'disposable', 'my-fakemail.example'],
    ['jo@template.com', 'company', 'template.com'],
    ['jo@minutemedia.com', 'company', 'minutemedia.com'],
    ['jo@notgmail.com', 'company', 'notgmail.com'],
    ['jo@gmail.com.acme.com', 'company', 'acme.com'],
    ['jo@student.uni.ac.uk', 'company', 'uni.ac.uk'],
  ] as const)('%s is %s at %s', (address, found, domain) => {
    expect(classifyEmail(address)).toMatchObject({ class: found, domain, address });
  });

  test.each([
    'dell.com',
    'att.com',
    'apple.com',
    'ibm.com',
    'microsoft.com',
    'google.com',
    'alibaba.com',
    'bt.com',
    'verizon.com',
    'comcast.com',
    'discovery.com',
    'oracle.com',
    'siemens.com',
    'telekom.de',
    'vodafone.com',
    'telstra.com.au',
    'facebook.com',
    'corp.mail.ru',
    'bol.com',
    'globe.com.ph',
    'mailchimp.com',
    'protonvpn.com',
    'orange.com',
    'mit.edu',
    'nus.edu.sg',
  ])('%s is a company', (domain) => {
    expect(classifyEmail(`jo@${domain}`).class).toBe('company');
    expect(classifyMailDomain(domain)).toBe('company');
  });

  test.each([
    '',
    'acme.com',
    '@acme.com',
    'jo@',
    'jo@acme',
    'jo@localhost',
    'jo@192.0.2.1',
    'jo doe@acme.com',
    'a@b@acme.com',
    '.jo@acme.com',
    'jo..doe@acme.com',
    'jo@acme..com',
    'jo@acme.notatld',
    'jo@co.uk',
  ])('"%s" is invalid', (text) => {
    expect(classifyEmail(text)).toEqual({ class: 'invalid', role: false, domain: null, address: null });
  });

  test.each([
    [' Jo@ACME.com ', 'jo@acme.com'],
    ['Jo Doe <Jo.Doe@acme.com>', 'jo.doe@acme.com'],
    ['mailto:jo@acme.com', 'jo@acme.com'],
    ['jo+news@acme.com', 'jo+news@acme.com'],
    ['jo@münchen.de', 'jo@xn--mnchen-3ya.de'],
  ])('%s is the address %s', (text, address) => expect(classifyEmail(text).address).toBe(address));

  test.each([
    'info',
    'sales',
    'noreply',
    'no-reply',
    'do_not_reply',
    'support',
    'Info',
    'sales-emea',
    'support.de',
    'info+x',
    'mailer-daemon',
    'kontakt',
  ])('%s@ is a role', (local) => expect(classifyEmail(`${local}@acme.com`).role).toBe(true));

  test.each(['jo', 'jo.info', 'infosys', 'salesman', 'it.smith', 'supporter', 'adminah'])(
    '%s@ is a person',
    (local) => expect(classifyEmail(`${local}@acme.com`).role).toBe(false),
  );

  test('never throws, and is stable on its own address', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.emailAddress()), (text) => {
        const found = classifyEmail(text);
        if (found.address === null) expect(found.class).toBe('invalid');
        else expect(classifyEmail(found.address)).toEqual(found);
      }),
    );
  });
});

describe('emailKey', () => {
  test('is the SHA-256 of the trimmed, lower-case address and nothing else', () => {
    const hash = createHash('sha256').update('jo@acme.com').digest('hex');
    expect(emailKey('jo@acme.com')).toBe(`email:${hash}`);
    expect(emailKey('  JO@Acme.COM\n')).toBe(`email:${hash}`);
    expect(emailKey('j.o@acme.com')).not.toBe(`email:${hash}`);
    expect(emailKey('jo+x@acme.com')).not.toBe(`email:${hash}`);
  });
});
