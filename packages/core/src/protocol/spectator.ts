import { z } from 'zod'
import type { Race, RaceStatus, SeedView, WatchedParticipant } from './shapes.ts'

/** The first frame of a spectator; a browser with a session cookie may leave the token out (P50). */
export const SpectatorAuth = z.object({ type: z.literal('auth'), token: z.string().max(256).optional() })
export type SpectatorAuth = z.infer<typeof SpectatorAuth>

/** Every frame a spectator may be sent. */
export type ToSpectator =
	| { type: 'race_state'; race: Race; seed: SeedView; participants: [WatchedParticipant] }
	| { type: 'leaderboard_update'; participants: [WatchedParticipant]; leader_splits: null }
	| { type: 'race_status_change'; status: RaceStatus; started_at: string | null }
	| { type: 'ping' }
