import { spawn, type ChildProcess } from 'node:child_process';

/** Takes `+ group` and `- group`, line by line. Its input ends with the process that started it: then it kills the rest. */
const SCRIPT = `
groups=
while read -r sign group; do
  case $sign in
    +) groups="$groups $group" ;;
    -) rest=; for one in $groups; do [ "$one" = "$group" ] || rest="$rest $one"; done; groups=$rest ;;
  esac
done
for group in $groups; do kill -s KILL -- "-$group" 2>/dev/null; done
`;

let guard: ChildProcess | undefined;

/**
 * Process groups that end with this process, however it ends: a function in an endless loop would not notice that its
 * sandbox was killed. A shell of its own watches over them; without `sh` on this machine nobody does.
 */
export const orphanGuard = {
  watch: (group: number): void => tell('+', group),
  forget: (group: number): void => tell('-', group),
} as const;

function tell(sign: '+' | '-', group: number): void {
  guard ??= start();
  guard.stdin?.write(`${sign} ${group}\n`);
}

/** In a session of its own, so that an interrupt from the keyboard does not end it first. */
function start(): ChildProcess {
  const shell = spawn('sh', ['-c', SCRIPT], { stdio: ['pipe', 'ignore', 'ignore'], detached: true, cwd: '/' });
  shell.once('error', () => undefined);
  shell.stdin.on('error', () => undefined);
  shell.unref();
  (shell.stdin as { unref?(): void }).unref?.();
  return shell;
}
