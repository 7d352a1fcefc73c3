import { spawn, spawnSync } from 'node:child_process'
import type { ChildProcess, StdioOptions } from 'node:child_process'

/** As whom and how PostgreSQL's programs are run: it refuses to run as root. */
export type Runner = {
	/** Put before the program: what drops rights and sees that PostgreSQL does not outlive us. */
	prefix: readonly string[]
	/** Whose files its data must be; undefined: ours. */
	owner?: Owner
}

export type Owner = { uid: number; gid: number }

// Works for an ordinary user too. BusyBox's setpriv has no such option, macOS has none at all: an orphan is then
// found and stopped at the next start.
const DEATH_SIGNAL = ['setpriv', '--pdeathsig', 'INT', '--']

// PostgreSQL sees `nobody` inside, outside the files stay root's and folders that only root can reach work.
const NAMESPACE = ['unshare', '--user', '--map-user=65534', '--map-group=65534', '--']

/** The ways open to this process, best first; `dataOwner` is whose an existing data folder is. */
export function* candidates(dataOwner: Owner | undefined): Generator<Runner> {
	const prefix = canRun({ prefix: DEATH_SIGNAL }) ? DEATH_SIGNAL : []
	if (process.getuid?.() !== 0) {
		yield* named({ prefix })
		return
	}
	if (dataOwner && dataOwner.uid !== 0) yield* named({ prefix, owner: dataOwner })
	const namespace = { prefix: [...prefix, ...NAMESPACE] }
	if (canRun(namespace)) yield namespace
	const nobody = { uid: idOf('-u', 'nobody'), gid: idOf('-g', 'nobody') }
	if (canRun({ prefix, owner: nobody })) yield { prefix, owner: nobody }
}

/** A user without a name, as a container may have, needs one from a namespace: PostgreSQL asks for it. */
function* named(runner: Runner): Generator<Runner> {
	const namespace = { ...runner, prefix: [...runner.prefix, ...NAMESPACE] }
	if (process.platform === 'linux' && !hasName(runner) && canRun(namespace)) yield namespace
	else yield runner
}

function hasName(runner: Runner): boolean {
	return runSync(runner, ['id', '-un']).ok
}

/** Starts a program the runner's way, out of reach of the terminal's Ctrl-C: it is we who stop PostgreSQL, last. */
export function run(
	{ prefix, owner }: Runner,
	command: readonly string[],
	stdio: StdioOptions,
): ChildProcess {
	const [program, ...args] = [...prefix, ...command]
	return spawn(program!, args, {
		...owner,
		stdio,
		// Ours may be closed to that user.
		cwd: '/',
		detached: true,
		windowsHide: true,
		env: environment(),
	})
}

/** Runs a short program to its end the runner's way. */
export function runSync({ prefix, owner }: Runner, command: readonly string[]) {
	const [program, ...args] = [...prefix, ...command]
	const { status, stdout, stderr, error } = spawnSync(program!, args, {
		...owner,
		cwd: '/',
		env: environment(),
		encoding: 'utf8',
		windowsHide: true,
	})
	return { ok: status === 0, output: `${stdout ?? ''}${stderr ?? ''}${error ? error.message : ''}`.trim() }
}

function canRun(runner: Runner): boolean {
	return runSync(runner, ['true']).ok
}

function idOf(option: '-u' | '-g', name: string): number {
	const { status, stdout } = spawnSync('id', [option, name], { encoding: 'utf8' })
	return status === 0 ? Number(stdout) : 65_534
}

/** None of our own variables: PG… would change PostgreSQL's ways, and our secrets are none of its business. */
function environment(): NodeJS.ProcessEnv {
	const { PATH, SystemRoot, TEMP } = process.env
	return {
		PATH,
		LC_ALL: 'C',
		// Its pid file may name, after a reboot, the number that our own parent has now.
		PG_GRANDPARENT_PID: String(process.ppid),
		...(SystemRoot && { SystemRoot }),
		...(TEMP && { TEMP }),
	}
}
