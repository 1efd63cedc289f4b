/**
 * Looking ahead: what is asked for below a field, so that no more than that is read, and all of it at once. A field that
 * is a property of its row says so by being exposed; another one says in `extensions.reads` which properties it needs,
 * with `extensions.embeds` that its object is made of the same row (unless it is given arguments), and with
 * `extensions.loads` that it looks for more elsewhere. A field that says nothing may need everything.
 */
import {
  type FieldNode,
  type GraphQLField,
  type GraphQLResolveInfo,
  getNamedType,
  isCompositeType,
  isObjectType,
  Kind,
  type SelectionSetNode,
  valueFromASTUntyped,
} from 'graphql';

export type Info = Pick<
  GraphQLResolveInfo,
  'fieldNodes' | 'fragments' | 'operation' | 'returnType' | 'schema' | 'variableValues'
>;

/** Field nodes by name. */
type Asked = ReadonlyMap<string, readonly FieldNode[]>;

const remembered = new WeakMap<readonly FieldNode[], Map<string, unknown>>();

/** What was made of these nodes: a document is parsed and compiled once for many requests, and its nodes stay the same. */
export function remember<T>(nodes: readonly FieldNode[], key: string, make: () => T): T {
  let known = remembered.get(nodes);
  if (!known) {
    known = new Map();
    remembered.set(nodes, known);
  }
  if (!known.has(key)) known.set(key, make());
  return known.get(key) as T;
}

/**
 * The field nodes at that path below the resolver's field; none: it is not asked for. `@skip` and conditions on the
 * type are not judged: it may be more than is answered, never less.
 */
export function at(info: Info, path: string): readonly FieldNode[] {
  return remember(info.fieldNodes, `at ${path}`, () => {
    let nodes = info.fieldNodes;
    for (const name of path.split('.')) nodes = below(nodes, info.fragments).get(name) ?? [];
    return nodes;
  });
}

/** The properties that the type's fields at that path need of their row; null: all of them, for all we know. */
export function properties(info: Info, path: string, typeName: string): ReadonlySet<string> | null {
  return remember(info.fieldNodes, `properties ${path} ${typeName}`, () => {
    const needed = new Set<string>();
    return collect(at(info, path), typeName, info, needed) ? needed : null;
  });
}

function collect(nodes: readonly FieldNode[], typeName: string, info: Info, into: Set<string>): boolean {
  const type = info.schema.getType(typeName);
  if (!isObjectType(type)) return false;
  for (const [name, same] of below(nodes, info.fragments)) {
    const field: GraphQLField<unknown, unknown> | undefined = type.getFields()[name];
    if (!field) continue; // `__typename`, or a field of another type that may stand here
    const { reads, embeds, pothosExposedField: exposed } = field.extensions;
    if (embeds) {
      if (!collect(same, getNamedType(field.type).name, info, into)) return false;
    } else if (Array.isArray(reads)) for (const one of reads) into.add(one);
    else if (typeof exposed === 'string') into.add(exposed);
    else return false;
  }
  return true;
}

/** The fields at that path as their resolvers will be called: those of one alias are one. */
export function calls(info: Info, path: string): readonly Info[] {
  const groups = remember(info.fieldNodes, `calls ${path}`, () => [
    ...Map.groupBy(at(info, path), ({ name, alias }) => (alias ?? name).value).values(),
  ]);
  return groups.map((fieldNodes) => ({ ...info, fieldNodes }));
}

/** The arguments of the resolver's field that are given and not null. */
export function argumentsOf({ fieldNodes, variableValues }: Info): Record<string, unknown> {
  const given = fieldNodes[0]?.arguments?.map(
    ({ name, value }) => [name.value, valueFromASTUntyped(value, variableValues)] as const,
  );
  return Object.fromEntries(given?.filter(([, value]) => value !== undefined && value !== null) ?? []);
}

/** Whether nothing else is asked for in the whole operation. */
export function isAll({ operation, fieldNodes }: Info): boolean {
  const [first, ...others] = operation.selectionSet.selections;
  return others.length === 0 && first === fieldNodes[0];
}

/** Whether fields below the resolver's field look for more elsewhere; those of the names in `but` are left out. */
export function loadsMore(info: Info, typeName: string, but: readonly string[] = []): boolean {
  return remember(info.fieldNodes, `loads ${typeName} ${but}`, () =>
    loads(info.fieldNodes, typeName, info, but),
  );
}

function loads(nodes: readonly FieldNode[], typeName: string, info: Info, but: readonly string[]): boolean {
  const type = info.schema.getType(typeName);
  if (!isObjectType(type)) return true;
  return [...below(nodes, info.fragments)].some(([name, same]) => {
    const field: GraphQLField<unknown, unknown> | undefined = type.getFields()[name];
    if (!field || but.includes(name)) return false;
    const { reads, embeds, loads: itself, pothosExposedField: exposed } = field.extensions;
    if (itself || !(reads || embeds || exposed)) return true;
    if (embeds && same.some((node) => node.arguments?.length)) return true;
    const below = getNamedType(field.type);
    return isCompositeType(below) && loads(same, below.name, info, but);
  });
}

function below(nodes: readonly FieldNode[], fragments: Info['fragments']): Asked {
  const found = new Map<string, FieldNode[]>();
  const spread = new Set<string>();
  function walk({ selections }: SelectionSetNode): void {
    for (const one of selections) {
      if (one.kind === Kind.INLINE_FRAGMENT) walk(one.selectionSet);
      else if (one.kind === Kind.FRAGMENT_SPREAD) {
        if (spread.has(one.name.value)) continue;
        spread.add(one.name.value);
        walk(fragments[one.name.value]!.selectionSet);
      } else {
        const same = found.get(one.name.value);
        if (same) same.push(one);
        else found.set(one.name.value, [one]);
      }
    }
  }
  for (const node of nodes) if (node.selectionSet) walk(node.selectionSet);
  return found;
}
