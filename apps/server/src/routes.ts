import { protect } from '#accounts/accounts.ts'
import * as accounts from '#accounts/routes.ts'
import * as companion from '#companion/routes.ts'
import type { App } from '#http/fastify.ts'
import { metrics } from '#http/metrics.ts'
import type { Shown } from '#http/metrics.ts'
import * as pools from '#pools/routes.ts'
import * as seeds from '#seeds/routes.ts'
import type { Scans } from '#seeds/seeds.ts'
import { myDataRoutes } from '#training/my-data-routes.ts'
import * as training from '#training/routes.ts'
import { shareRoutes } from '#training/share-routes.ts'
import type { TrainingDeps } from '#training/training.ts'

type RoutesDeps = TrainingDeps & { scans: Scans; shown: Shown; companionFolder: string }

/** Every route of every feature; who is signed in is found out before any of them. */
export function routes(app: App, deps: RoutesDeps): void {
	protect(app, deps)
	accounts.routes(app, deps)
	pools.routes(app, deps)
	seeds.routes(app, deps)
	training.routes(app, deps)
	shareRoutes(app, deps)
	myDataRoutes(app, deps)
	companion.routes(app, deps)
	metrics(app, deps.config, deps.shown)
}
