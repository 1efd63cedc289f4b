/** References to the types that refer to each other, so that each can have a file of its own. */
import type { Person as PersonRow } from '../src/store/people.ts';
import type { SignalRow } from '../src/store/signals.ts';
import { builder } from './builder.ts';
import { connectionOf } from './connection.ts';
import type { AccountNode } from './loaders.ts';

export const Account = builder.objectRef<AccountNode>('Account');
export const Person = builder.objectRef<PersonRow>('Person');
export const Signal = builder.objectRef<SignalRow>('Signal');

export const AccountConnection = connectionOf('Account', Account);
export const PersonConnection = connectionOf('Person', Person);
export const SignalConnection = connectionOf('Signal', Signal);
