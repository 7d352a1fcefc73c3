/** Runs in the page: shows each board it is sent, and lets the clock run from one to the next. */
export const script = `
const at = (id) => document.getElementById(id)
const put = (id, text) => { const node = at(id); if (node.textContent !== text) node.textContent = text }
const two = (n) => String(n).padStart(2, '0')
const time = (ms) => {
	const s = Math.floor(ms / 1000), h = Math.floor(s / 3600), m = Math.floor(s / 60) % 60
	return h > 0 ? h + ':' + two(m) + ':' + two(s % 60) : m + ':' + two(s % 60)
}
const LINKS = { connecting: 'connecting', live: '', offline: 'offline', occupied: 'the mod reports', ended: 'stopped' }
let board = null, since = 0, exits = '', way = ''

function show(next) {
	board = next
	since = performance.now()
	const { link, problem, deaths, zone, progress, status, waitingFor, message } = board
	document.body.dataset.link = link
	document.body.dataset.status = status ?? ''
	put('link', status === 'finished' || status === 'abandoned' ? status : LINKS[link])
	put('count', String(deaths))
	put('layer', progress ? progress.at + '/' + progress.of : '')
	put('zone', zone ? zone.name : '')
	put('message', message ?? problem ?? (waitingFor ? 'Waiting for ' + waitingFor : ''))
	tier(zone)
	list(zone ? zone.exits : [])
	walk(progress)
}
function tier(zone) {
	const now = zone && zone.tier !== null ? String(zone.tier) : ''
	put('is', now)
	put('label', now === '' ? '' : 'tier ')
	const was = now !== '' && zone.originalTier !== null && zone.originalTier !== zone.tier ? ', was ' + zone.originalTier : ''
	put('was', was)
}
function list(all) {
	const key = JSON.stringify(all)
	if (key === exits) return
	exits = key
	at('exits').replaceChildren(...all.map(({ text, toName, discovered }) => {
		const row = document.createElement('li'), to = document.createElement('span')
		row.className = discovered ? 'known' : ''
		to.textContent = discovered ? toName : '???'
		row.append(to, ' \\u00b7 ' + text)
		return row
	}))
}
function walk(progress) {
	const key = progress ? progress.at + '/' + progress.of : ''
	if (key === way) return
	way = key
	const steps = Array.from({ length: progress ? progress.of : 0 }, (_, step) => {
		const mark = document.createElement('i')
		mark.className = step + 1 < progress.at ? 'done' : step + 1 === progress.at ? 'here' : ''
		return mark
	})
	at('way').replaceChildren(...steps)
}
function frame() {
	// The game is asked ten times a second; a clock that is not heard of for longer stands.
	const more = board && board.ticking ? Math.min(performance.now() - since, 500) : 0
	if (board) put('igt', time(board.igtMs + more))
	requestAnimationFrame(frame)
}
const source = new EventSource('/overlay/boards')
source.onmessage = ({ data }) => show(JSON.parse(data))
source.onerror = () => {
	// After the end the companion is gone, and the final time stays, or why it stopped.
	if (!board || board.status === 'finished' || board.status === 'abandoned' || (board.link === 'ended' && board.problem)) return
	show({ ...board, ticking: false, link: 'offline', problem: 'The companion is not running', message: null })
}
frame()
`
