import { ApiError } from '../api-error.ts';
import type { FaultAction, FaultSubject } from '../faults.ts';
import type { JsonObject } from '../json.ts';
import type { ResourceType, Verb } from '../resource-type.ts';
import { type Body, unrecognized } from './decode-body.ts';
import { deleteCollection, deleteObject } from './delete.ts';
import { parseDeleteOptions } from './delete-options.ts';
import { parseListOptions } from './list-options.ts';
import { mediaTypeOf, negotiate, type Representation } from './negotiate.ts';
import type { ResourcePath } from './path.ts';
import { type IncludeObject, parseIncludeObject, presentList, presentObject } from './present.ts';
import { checkReached, getObject, listObjects } from './read.ts';
import { qualifiedPlural } from './registry.ts';
import { parseBody, readBody, unsupportedMediaType } from './request.ts';
import { addWarnings, type Exchange, sendObject } from './respond.ts';
import { getScale, patchScale, updateScale } from './scale.ts';
import type { ServerState } from './server-state.ts';
import { badRequest, methodNotAllowed, noSuchResource, notFound } from './status.ts';
import { WatchStream } from './watch.ts';
import { createObject, patchObject, updateObject, type WriteResult } from './write.ts';
import type { WriteTarget } from './write-metadata.ts';
import { isTrue, parseWriteOptions } from './write-options.ts';

/** A request for a resource, as far as its path and method say. */
export interface ResourceRequest {
  readonly type: ResourceType;
  readonly path: ResourcePath;
  readonly verb: Verb;
  readonly query: URLSearchParams;
}

/** What an endpoint needs beside the state. */
export interface EndpointContext {
  readonly state: ServerState;
  readonly faultInWatch: (subject: FaultSubject) => FaultAction | undefined;
  readonly subject: FaultSubject;
}

/**
 * Which verb a method means here.
 *
 * @throws ApiError 404, 405
 */
export function verbOf(method: string, type: ResourceType, path: ResourcePath, query: URLSearchParams): Verb {
  const { name, subresource } = path;
  if (path.tooLong) throw noSuchResource();
  if (subresource !== '') return subresourceVerb(method, type, path);
  const watches = path.watch || isTrue(query.get('watch'));
  const verbs: Record<string, Verb> =
    name === ''
      ? { GET: watches ? 'watch' : 'list', POST: 'create', DELETE: 'deletecollection' }
      : { GET: path.watch ? 'watch' : 'get', PUT: 'update', PATCH: 'patch', DELETE: 'delete' };
  // Custom kinds tell by the method alone, and look at the name later.
  if (type.custom && name === '' && (method === 'PUT' || method === 'PATCH')) {
    throw badRequest('name must be provided');
  }
  const verb = type.custom && method === 'POST' ? 'create' : verbs[method];
  const outsideNamespace = type.namespaced && path.namespace === '';
  if (outsideNamespace && verb !== 'list' && verb !== 'watch' && verb !== 'deletecollection') {
    throw methodNotAllowed();
  }
  if (verb === undefined || !type.verbs.includes(verb)) throw methodNotAllowed();
  if (outsideNamespace && verb === 'deletecollection') throw methodNotAllowed();
  return verb;
}

function subresourceVerb(method: string, type: ResourceType, { name, subresource }: ResourcePath): Verb {
  const found = type.subresources.find((one) => one.name === subresource);
  if (found === undefined) throw type.custom ? notFound(type, name) : noSuchResource();
  const verbs: Record<string, Verb> = {
    GET: 'get',
    PUT: 'update',
    PATCH: 'patch',
    POST: 'create',
    DELETE: 'delete',
  };
  const verb = verbs[method];
  if (verb !== undefined && found.verbs.includes(verb)) return verb;
  if (!type.custom || verb === undefined) throw methodNotAllowed();
  const resource = qualifiedPlural(type);
  const message = `${verb} is not supported on resources of kind "${resource}"`;
  throw new ApiError(405, 'MethodNotAllowed', message, { group: type.group, kind: type.plural });
}

/** Answers a request for a resource. */
export async function serveResource(
  context: EndpointContext,
  request: ResourceRequest,
  exchange: Exchange,
): Promise<void> {
  const { type, verb, query } = request;
  if (type.deprecation) addWarnings(exchange, [type.deprecation]);
  const watch = verb === 'watch';
  const { accept } = exchange.request.headers;
  const as = negotiate(accept, { custom: type.custom, watch, discovery: false });
  const includeObject = as.as === 'Table' ? parseIncludeObject(query.get('includeObject')) : 'Metadata';
  const presentation = { type, as, includeObject };
  switch (verb) {
    case 'watch':
      startWatch(context, request, exchange, presentation);
      return;
    case 'get':
    case 'list':
      return read(context, request, exchange, presentation);
    case 'delete':
    case 'deletecollection':
      return remove(context, request, exchange, presentation);
    default:
      return write(context, request, exchange, presentation);
  }
}

interface PresentationParts {
  readonly type: ResourceType;
  readonly as: Representation;
  readonly includeObject: IncludeObject;
}

async function read(
  { state }: EndpointContext,
  { type, path, verb, query }: ResourceRequest,
  exchange: Exchange,
  parts: PresentationParts,
): Promise<void> {
  const presentation = { ...parts, now: state.now() };
  if (verb === 'list') {
    const options = parseListOptions(query, type, false);
    const list = listObjects(state, type, path.namespace, options);
    return sendObject(exchange, 200, presentList(presentation, list), parts.as);
  }
  if (path.subresource === 'log') throw noSuchResource();
  if (path.subresource === 'scale') {
    return sendObject(exchange, 200, getScale(state, type, path), parts.as);
  }
  const object = getObject(state, type, path.namespace, path.name);
  const resourceVersion = query.get('resourceVersion') ?? '';
  if (/^\d+$/.test(resourceVersion)) checkReached(state, resourceVersion);
  return sendObject(exchange, 200, presentObject(presentation, object), parts.as);
}

function startWatch(
  { state, faultInWatch, subject }: EndpointContext,
  { type, path, query }: ResourceRequest,
  { response }: Exchange,
  presentation: PresentationParts,
): void {
  if (path.watch && path.name !== '') {
    const given = query.get('fieldSelector');
    query.set('fieldSelector', `metadata.name=${path.name}${given ? `,${given}` : ''}`);
  }
  const options = parseListOptions(query, type, true);
  if (presentation.as.as === 'PartialObjectMetadataList') {
    throw badRequest('a watch cannot be answered with a list');
  }
  const fault = () => faultInWatch(subject);
  new WatchStream(state, { type, namespace: path.namespace, options, presentation, fault }, response);
}

async function write(
  { state }: EndpointContext,
  request: ResourceRequest,
  exchange: Exchange,
  parts: PresentationParts,
): Promise<void> {
  const { type, path, verb, query } = request;
  const { headers } = exchange.request;
  const text = await readBody(exchange.request);
  const contentType = mediaTypeOf(headers['content-type']);
  const kind = { create: 'CreateOptions', update: 'UpdateOptions', patch: 'PatchOptions' } as const;
  const userAgent = headers['user-agent'] ?? '';
  if (verb === 'patch') checkPatchType(type, contentType);
  const options = parseWriteOptions(query, kind[verb as keyof typeof kind], userAgent, contentType);
  const target: WriteTarget = {
    type,
    namespace: path.namespace,
    name: path.name,
    subresource: path.subresource === 'status' || path.subresource === 'finalize' ? path.subresource : '',
  };
  if (path.subresource === 'scale') {
    const scale =
      verb === 'patch'
        ? patchScale(state, target, { contentType, ...patchBody(text, contentType) }, options)
        : updateScale(state, target, parseBody(text, contentType), options);
    return sendObject(exchange, 200, scale, parts.as);
  }
  const result =
    verb === 'patch'
      ? patchObject(state, target, { contentType, ...patchBody(text, contentType) }, options)
      : writeWhole(state, target, verb, { text, contentType, options });
  return answer(state, exchange, result, parts);
}

function writeWhole(
  state: ServerState,
  target: WriteTarget,
  verb: Verb,
  {
    text,
    contentType,
    options,
  }: { text: string; contentType: string; options: ReturnType<typeof parseWriteOptions> },
): WriteResult {
  const body = bodyOf(target.type, text, contentType);
  if (verb === 'update') return updateObject(state, target, body, options);
  return createObject(state, { ...target, name: '' }, body, options);
}

function bodyOf(type: ResourceType, text: string, contentType: string): Body {
  try {
    return parseBody(text, contentType);
  } catch (error) {
    if (error instanceof ApiError && error.code === 400) throw unrecognized(type, error.message);
    throw error;
  }
}

const patchTypes = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/apply-patch+yaml',
];

function checkPatchType(type: ResourceType, contentType: string): void {
  if (patchTypes.includes(contentType)) return;
  if (type.custom) throw unsupportedMediaType(patchTypes);
  if (contentType === 'application/strategic-merge-patch+json') return;
  throw new ApiError(415, 'UnsupportedMediaType', '415: Unsupported Media Type', {});
}

function patchBody(
  text: string,
  contentType: string,
): { body: Body['value']; duplicates: readonly string[] } {
  if (contentType === 'application/apply-patch+yaml') return { body: text, duplicates: [] };
  try {
    const { value, duplicates } = parseBody(text, 'application/json');
    return { body: value, duplicates };
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 400) throw error;
    throw badRequest(`error decoding patch: ${error.message.replace(/^.*json parse error: /, '')}`);
  }
}

async function answer(
  state: ServerState,
  exchange: Exchange,
  { object, created, warnings }: WriteResult,
  parts: PresentationParts,
): Promise<void> {
  const deprecation = parts.type.deprecation ? [parts.type.deprecation] : [];
  addWarnings(exchange, [...deprecation, ...warnings]);
  const body = presentObject({ ...parts, now: state.now() }, object);
  return sendObject(exchange, created ? 201 : 200, body, parts.as);
}

async function remove(
  { state }: EndpointContext,
  { type, path, verb, query }: ResourceRequest,
  exchange: Exchange,
  parts: PresentationParts,
): Promise<void> {
  const text = await readBody(exchange.request);
  const body = text === '' ? undefined : deleteBody(text, exchange.request.headers['content-type']);
  const options = parseDeleteOptions(body, query);
  if (verb === 'delete') {
    const { namespace, name } = path;
    const result = deleteObject(state, type, { namespace, name }, options);
    return sendObject(exchange, 200, result, parts.as);
  }
  const scope = { namespace: path.namespace, list: parseListOptions(query, type, false) };
  const list: JsonObject = presentList(
    { ...parts, now: state.now() },
    deleteCollection(state, type, scope, options),
  );
  return sendObject(exchange, 200, list, parts.as);
}

function deleteBody(text: string, contentType: string | undefined): Body['value'] {
  // Kubernetes takes a body of an unknown type for JSON here.
  const type = mediaTypeOf(contentType) === 'application/yaml' ? 'application/yaml' : 'application/json';
  return parseBody(text, type).value;
}
