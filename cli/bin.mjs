#!/usr/bin/env node
import { register } from 'tsx/esm/api';

// The SDK says on every start that it will want a newer Node one day; engines and CI look after that.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

register();
// A remark of the SDK's for developers; it says nothing to users of this command.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
const { main } = await import('./main.ts');
process.exitCode = await main(process.argv.slice(2));
