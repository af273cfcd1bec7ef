// SPDX-License-Identifier: GPL-3.0-or-later
// Structural rules of OpenAPI 3.1 that a generated document can break: every object in its place, every reference
// resolved, every template parameter declared. Returns the complaints.
const methods = ['get', 'put', 'post', 'delete', 'patch', 'head', 'options', 'trace'];
const schemaTypes = ['null', 'boolean', 'object', 'array', 'number', 'string', 'integer'];

export function complaintsAbout(document) {
  const complaints = [];
  const complain = (where, what) => complaints.push(`${where}: ${what}`);
  const isObject = (value) => value !== null && typeof value === 'object' && !Array.isArray(value);
  const isText = (value) => typeof value === 'string' && value !== '';

  function resolve(where, reference) {
    if (!isText(reference) || !reference.startsWith('#/')) return complain(where, `$ref ${reference}`);
    let at = document;
    for (const part of reference.slice(2).split('/')) {
      at = isObject(at) ? at[part.replaceAll('~1', '/').replaceAll('~0', '~')] : undefined;
    }
    if (at === undefined) complain(where, `$ref ${reference} leads nowhere`);
    return undefined;
  }

  function schema(where, value) {
    if (typeof value === 'boolean') return;
    if (!isObject(value)) { complain(where, 'a schema is an object'); return; }
    if (value.$ref !== undefined) resolve(where, value.$ref);
    for (const type of [value.type ?? []].flat()) {
      if (!schemaTypes.includes(type)) complain(where, `type ${type}`);
    }
    if (value.enum !== undefined && !(Array.isArray(value.enum) && value.enum.length > 0)) complain(where, 'enum');
    if (value.required !== undefined) {
      if (!Array.isArray(value.required) || !value.required.every(isText)) complain(where, 'required is a list of names');
      else if (new Set(value.required).size !== value.required.length) complain(where, 'required names twice');
    }
    for (const [name, child] of Object.entries(value.properties ?? {})) schema(`${where}.${name}`, child);
    for (const name of ['items', 'additionalProperties', 'not']) {
      if (value[name] !== undefined) schema(`${where}.${name}`, value[name]);
    }
    for (const name of ['allOf', 'anyOf', 'oneOf']) {
      for (const [i, child] of (value[name] ?? []).entries()) schema(`${where}.${name}[${i}]`, child);
    }
    for (const [name, child] of Object.entries(value.$defs ?? {})) schema(`${where}.$defs.${name}`, child);
    if (value.pattern !== undefined) {
      try { RegExp(value.pattern, 'u'); } catch { complain(where, `pattern ${value.pattern}`); }
    }
  }

  function content(where, value) {
    if (!isObject(value) || Object.keys(value).length === 0) { complain(where, 'content is empty'); return; }
    for (const [type, media] of Object.entries(value)) {
      if (!/^[a-z]+\/[a-z0-9.+*-]+/.test(type)) complain(where, `media type ${type}`);
      if (!isObject(media)) complain(where, `${type} is no object`);
      else if (media.schema !== undefined) schema(`${where}[${type}]`, media.schema);
    }
  }

  function parameter(where, value, seen) {
    if (!isText(value?.name)) { complain(where, 'a parameter has a name'); return; }
    if (!['path', 'query', 'header', 'cookie'].includes(value.in)) complain(where, `${value.name} is in ${value.in}`);
    if (value.in === 'path' && value.required !== true) complain(where, `${value.name} is required`);
    if ((value.schema === undefined) === (value.content === undefined)) complain(where, `${value.name} has one schema`);
    if (value.schema !== undefined) schema(`${where} ${value.name}`, value.schema);
    const key = `${value.in} ${value.name}`;
    if (seen.has(key)) complain(where, `${key} twice`);
    seen.add(key);
  }

  function operation(where, path, value, ids) {
    if (!isText(value.operationId)) complain(where, 'operationId');
    if (ids.has(value.operationId)) complain(where, `operationId ${value.operationId} twice`);
    ids.add(value.operationId);
    if (!isText(value.summary)) complain(where, 'summary');
    const seen = new Set();
    for (const one of value.parameters ?? []) parameter(where, one, seen);
    const templates = [...path.matchAll(/\{([^}]+)\}/g)].map((found) => found[1]);
    for (const name of templates) if (!seen.has(`path ${name}`)) complain(where, `{${name}} is not declared`);
    for (const key of seen) {
      if (key.startsWith('path ') && !templates.includes(key.slice(5))) complain(where, `${key} is not in the path`);
    }
    if (value.requestBody !== undefined) content(`${where} requestBody`, value.requestBody.content);
    if (!isObject(value.responses) || Object.keys(value.responses).length === 0) { complain(where, 'responses'); return; }
    if (!Object.keys(value.responses).some((status) => /^[23]/.test(status))) complain(where, 'no way to succeed');
    for (const [status, response] of Object.entries(value.responses)) {
      if (!/^([1-5][0-9]{2}|[1-5]XX|default)$/.test(status)) complain(where, `status ${status}`);
      if (!isText(response.description)) complain(`${where} ${status}`, 'description');
      if (response.content !== undefined) content(`${where} ${status}`, response.content);
      if (/^[45]/.test(status) && !response.content?.['application/problem+json']) {
        complain(`${where} ${status}`, 'errors are problem documents');
      }
    }
    for (const requirement of value.security ?? []) {
      for (const name of Object.keys(requirement)) {
        if (!document.components?.securitySchemes?.[name]) complain(where, `security scheme ${name}`);
      }
    }
  }

  if (!/^3\.1\.\d+$/.test(document.openapi)) complain('openapi', document.openapi);
  if (!isText(document.info?.title) || !isText(document.info?.version)) complain('info', 'title and version');
  for (const [i, server] of (document.servers ?? []).entries()) if (!isText(server.url)) complain(`servers[${i}]`, 'url');
  if (!isObject(document.paths)) return [...complaints, 'paths: missing'];
  const ids = new Set();
  const shapes = new Set();
  for (const [path, item] of Object.entries(document.paths)) {
    if (!path.startsWith('/')) complain(path, 'starts with /');
    const shape = path.replaceAll(/\{[^}]+\}/g, '{}');
    if (shapes.has(shape)) complain(path, 'the same path under another name');
    shapes.add(shape);
    for (const [method, value] of Object.entries(item)) {
      if (method === 'parameters' || method === 'summary') continue;
      if (!methods.includes(method)) complain(path, `method ${method}`);
      else operation(`${method.toUpperCase()} ${path}`, path, value, ids);
    }
  }
  for (const [name, value] of Object.entries(document.components?.schemas ?? {})) schema(`schemas.${name}`, value);
  return complaints;
}
