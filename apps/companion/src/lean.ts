import { setFlagsFromString } from 'node:v8'

// Beside a game memory is worth more than speed, of which the companion needs little. Comes before all other imports.
setFlagsFromString('--optimize-for-size')
