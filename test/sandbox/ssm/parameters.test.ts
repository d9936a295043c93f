import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  AddTagsToResourceCommand,
  DeleteParameterCommand,
  DeleteParametersCommand,
  DescribeParametersCommand,
  GetParameterCommand,
  GetParameterHistoryCommand,
  GetParametersByPathCommand,
  GetParametersCommand,
  ListTagsForResourceCommand,
  PutParameterCommand,
  SSMClient,
  type PutParameterCommandInput,
} from '@aws-sdk/client-ssm';
import { createSandbox, type Sandbox } from '../../../sandbox/sandbox.ts';

let sandbox: Sandbox;
let ssm: SSMClient;

beforeEach(async () => {
  sandbox = await createSandbox({ clock: { kind: 'virtual' } });
  ssm = new SSMClient(sandbox.clientConfig);
});
afterEach(() => sandbox.close());

const put = (Name: string, Value: string, more: Partial<PutParameterCommandInput> = {}) =>
  ssm.send(new PutParameterCommand({ Name, Value, Type: 'String', ...more }));
const get = async (Name: string, WithDecryption = false) =>
  (await ssm.send(new GetParameterCommand({ Name, WithDecryption }))).Parameter;

describe('a parameter', () => {
  it('rises in version when it is overwritten, and keeps its history', async () => {
    expect(await put('/w/a', 'one')).toMatchObject({ Version: 1, Tier: 'Standard' });
    await expect(put('/w/a', 'two')).rejects.toMatchObject({ name: 'ParameterAlreadyExists' });
    expect(await put('/w/a', 'two', { Overwrite: true })).toMatchObject({ Version: 2 });
    expect(await get('/w/a')).toMatchObject({
      Value: 'two',
      Version: 2,
      Type: 'String',
      DataType: 'text',
      ARN: 'arn:aws:ssm:us-east-1:123456789012:parameter/w/a',
    });
    expect(await get('/w/a:1')).toMatchObject({ Value: 'one', Selector: ':1' });
    expect(await get('arn:aws:ssm:us-east-1:123456789012:parameter/w/a')).toMatchObject({ Value: 'two' });
    await expect(get('/w/a:3')).rejects.toMatchObject({ name: 'ParameterVersionNotFound' });
    const { Parameters } = await ssm.send(new GetParameterHistoryCommand({ Name: '/w/a' }));
    expect(Parameters?.map(({ Value }) => Value)).toEqual(['one', 'two']);
  });

  it('of type SecureString shows its value only with decryption', async () => {
    await put('secret', 'hush', { Type: 'SecureString' });
    expect((await get('secret'))?.Value).not.toContain('hush');
    expect(await get('secret', true)).toMatchObject({
      Value: 'hush',
      ARN: 'arn:aws:ssm:us-east-1:123456789012:parameter/secret',
    });
  });

  it.each([
    { name: 'no type', input: { Type: undefined }, error: 'ValidationException' },
    { name: 'a large value', input: { Value: 'x'.repeat(4097) }, error: 'ValidationException' },
    {
      name: 'a very large value',
      input: { Value: 'x'.repeat(8193), Tier: 'Advanced' as const },
      error: 'ValidationException',
    },
    { name: 'a path without its slash', input: { Name: 'a/b' }, error: 'ValidationException' },
    { name: 'a reserved name', input: { Name: '/aws/x' }, error: 'ValidationException' },
    { name: 'too deep a path', input: { Name: '/a'.repeat(16) }, error: 'HierarchyLevelLimitExceededException' },
    {
      name: 'a value that its pattern refuses',
      input: { AllowedPattern: '\\d+' },
      error: 'ParameterPatternMismatchException',
    },
    {
      name: 'tags and overwrite',
      input: { Overwrite: true, Tags: [{ Key: 'a', Value: 'b' }] },
      error: 'ValidationException',
    },
  ])('is refused with $name', async ({ input, error }) => {
    await expect(put('p', 'x', input)).rejects.toMatchObject({ name: error });
  });

  it('keeps its type and does not leave the advanced tier', async () => {
    await put('p', 'x'.repeat(5000), { Tier: 'Intelligent-Tiering' });
    await expect(put('p', 'x', { Overwrite: true, Tier: 'Standard' })).rejects.toMatchObject({
      name: 'ValidationException',
    });
    await expect(put('p', 'x', { Overwrite: true, Type: 'StringList' })).rejects.toMatchObject({
      name: 'HierarchyTypeMismatchException',
    });
    expect(await put('p', 'x', { Overwrite: true })).toMatchObject({ Tier: 'Advanced' });
  });

  it('is gone after its deletion', async () => {
    await put('p', 'x');
    await ssm.send(new DeleteParameterCommand({ Name: 'p' }));
    await expect(get('p')).rejects.toMatchObject({ name: 'ParameterNotFound' });
    await put('q', 'x');
    expect(await ssm.send(new DeleteParametersCommand({ Names: ['p', 'q'] }))).toMatchObject({
      DeletedParameters: ['q'],
      InvalidParameters: ['p'],
    });
  });
});

describe('several parameters', () => {
  beforeEach(async () => {
    for (const name of ['/w/a', '/w/b', '/w/c/d', '/other']) await put(name, name);
  });

  it('are read by name and by path', async () => {
    const found = await ssm.send(new GetParametersCommand({ Names: ['/w/b', '/none'] }));
    expect(found).toMatchObject({ Parameters: [{ Name: '/w/b' }], InvalidParameters: ['/none'] });
    const names = async (Recursive: boolean) =>
      (await ssm.send(new GetParametersByPathCommand({ Path: '/w', Recursive }))).Parameters?.map(({ Name }) => Name);
    expect(await names(false)).toEqual(['/w/a', '/w/b']);
    expect(await names(true)).toEqual(['/w/a', '/w/b', '/w/c/d']);
  });

  it('are described, page by page', async () => {
    const ParameterFilters = [{ Key: 'Name', Option: 'BeginsWith', Values: ['/w'] }];
    const first = await ssm.send(new DescribeParametersCommand({ ParameterFilters, MaxResults: 2 }));
    const rest = await ssm.send(
      new DescribeParametersCommand({ ParameterFilters, MaxResults: 2, NextToken: first.NextToken }),
    );
    expect([...(first.Parameters ?? []), ...(rest.Parameters ?? [])].map(({ Name }) => Name)).toEqual([
      '/w/a',
      '/w/b',
      '/w/c/d',
    ]);
    expect(rest.NextToken).toBeUndefined();
  });

  it('carry tags', async () => {
    const resource = { ResourceType: 'Parameter' as const, ResourceId: '/w/a' };
    await ssm.send(new AddTagsToResourceCommand({ ...resource, Tags: [{ Key: 'team', Value: 'x' }] }));
    expect((await ssm.send(new ListTagsForResourceCommand(resource))).TagList).toEqual([{ Key: 'team', Value: 'x' }]);
    const tagged = await ssm.send(
      new DescribeParametersCommand({ ParameterFilters: [{ Key: 'tag:team', Values: ['x'] }] }),
    );
    expect(tagged.Parameters?.map(({ Name }) => Name)).toEqual(['/w/a']);
  });
});
