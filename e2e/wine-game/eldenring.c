/* Stands in for the game under Wine: a program for Windows with the game's name, version, code and objects as the
   companion looks for them (laid out as in 2.6.2), that shows what it is told, line by line. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

typedef unsigned char u8;

/* The statics, and the code that names them. Nothing ever runs it. */
void *volatile GameDataMan, *volatile EventFlagMan, *volatile WorldChrMan, *volatile MenuMan, *volatile FieldArea,
	*volatile GameMan;
__asm__(".text\n"
        "movq GameDataMan(%rip), %rax\n .byte 0x48,0x85,0xc0,0x74,0x05,0x48,0x8b,0x40,0x58,0xc3,0xc3\n"
        "movq EventFlagMan(%rip), %rdi\n .byte 0x48,0x85,0xff,0x74,0x31,0x48,0x8b,0x49\n"
        "movq WorldChrMan(%rip), %rax\n .byte 0x48,0x85,0xc0,0x74,0x0f,0x48,0x39,0x88,1,2,3,4,0x75,0x06,0x89,0xb1,0x5c,"
        "0x03,0,0,0x0f,0x28,0x05,1,2,3,4,0x4c,0x8d,0x45,0xe7\n"
        "movq MenuMan(%rip), %rcx\n .byte 0x48,0x8b,0x49,0x08,0xe8,1,2,3,4,0x48,0x8b,0xd0,0x48,0x8b,0xce,0xe8,1,2,3,4\n"
        "movq FieldArea(%rip), %rcx\n .byte 0x48,1,2,3,0x44,0x0f,0xb6,0x61,4,0xe8,1,2,3,4,0x48,0x63,0x87,1,2,3,4,0x48,1,"
        "2,3,0x48,0x85,0xc0\n"
        "movq GameMan(%rip), %rbx\n .byte 0x48,0x8b,0xf8,0x48,0x85,0xdb,0x74,0x18,0x4c,0x8b,0x03\n");

/* What the compiler of the game leaves beside a class: before its table the way to its name. */
struct class {
	void *locator;
	void *table[8];
	unsigned location[6];
	struct {
		void *own, *spare;
		char name[32];
	} type;
};
static struct class worldClass, menuClass;

static void makeClass(struct class *it, const char *name, u8 *object) {
	it->locator = it->location;
	it->location[3] = (unsigned)((u8 *)&it->type - (u8 *)GetModuleHandle(NULL));
	strcpy(it->type.name, name);
	*(void **)object = it->table;
}

enum { DIVISOR = 1000, BLOCK_BYTES = 125, PLAYER = 0x1e508, MAP = 0x6d0, POSITION = 0x6c0, SCREEN = 0x730, TIMER = 0x744 };

static u8 *gameData, *flagMan, *worldChr, *menu, *field, *gameMan, *player, *playerData, *blocks;
static int groups[64], groupCount;

#define AT(type, object, offset) (*(type *)((object) + (offset)))

/* A node of the game's std::map: left, parent, right, colour, nil, key, mode, place. */
static u8 *makeTree(int from, int to, u8 *parent, u8 *head) {
	if (from == to) return head;
	int middle = (from + to) / 2;
	u8 *node = calloc(1, 0x40);
	AT(u8 *, node, 0x00) = makeTree(from, middle, node, head);
	AT(u8 *, node, 0x08) = parent;
	AT(u8 *, node, 0x10) = makeTree(middle + 1, to, node, head);
	AT(int, node, 0x20) = groups[middle];
	/* By index and by pointer, in turns. */
	AT(int, node, 0x28) = middle % 2 + 1;
	if (middle % 2) AT(u8 *, node, 0x30) = blocks + middle * BLOCK_BYTES;
	else AT(int, node, 0x30) = middle;
	return node;
}

static void makeFlags(void) {
	blocks = calloc(groupCount + 1, BLOCK_BYTES);
	u8 *head = calloc(1, 0x40);
	AT(u8, head, 0x19) = 1;
	u8 *root = makeTree(0, groupCount, head, head);
	AT(u8 *, head, 0x00) = AT(u8 *, head, 0x08) = AT(u8 *, head, 0x10) = root;
	AT(int, flagMan, 0x1c) = DIVISOR;
	AT(int, flagMan, 0x20) = BLOCK_BYTES;
	AT(int, flagMan, 0x24) = groupCount;
	AT(u8 *, flagMan, 0x28) = blocks;
	AT(u8 *, flagMan, 0x38) = head;
	AT(long long, flagMan, 0x40) = groupCount;
}

static void setFlag(unsigned flag, int isSet) {
	for (int group = 0; group < groupCount; group++) {
		if (groups[group] != (int)(flag / DIVISOR)) continue;
		u8 *byte = blocks + group * BLOCK_BYTES + flag % DIVISOR / 8, bit = 128 >> flag % 8;
		*byte = isSet ? *byte | bit : *byte & ~bit;
	}
}

static void setName(const char *name) {
	AT(u8 *, gameData, 0x08) = *name == '-' ? NULL : playerData;
	memset(playerData + 0x9c, 0, 32);
	for (int at = 0; name[at] > ' ' && at < 16; at++) playerData[0x9c + at * 2] = name[at];
}

static void setPlayer(const char *where) {
	unsigned map = 0xffffffff;
	float x = 0, y = 0, z = 0;
	int isThere = sscanf(where, "%x %f %f %f", &map, &x, &y, &z) == 4;
	AT(unsigned, player, MAP) = map;
	AT(float, player, POSITION) = x, AT(float, player, POSITION + 4) = y, AT(float, player, POSITION + 8) = z;
	AT(u8 *, worldChr, PLAYER) = isThere ? player : NULL;
}

/* How a window of another program looks from outside: whether it is there to be seen, its styles, its place. */
static void tellWindow(const char *title) {
	HWND window = FindWindowA(NULL, title);
	RECT at = {0, 0, 0, 0};
	if (window) GetWindowRect(window, &at);
	printf("%d %lx %ld %ld %ld %ld ", window && IsWindowVisible(window), window ? GetWindowLongA(window, GWL_EXSTYLE) : 0,
	       at.left, at.top, at.right, at.bottom);
}

static void obey(char *line) {
	unsigned number = strtoul(line + 2, NULL, 0), second = 0;
	switch (*line) {
		case 'm':
			GameDataMan = number ? gameData : NULL, EventFlagMan = number ? flagMan : NULL;
			WorldChrMan = number ? worldChr : NULL, MenuMan = number ? menu : NULL;
			FieldArea = number ? field : NULL, GameMan = number ? gameMan : NULL;
			break;
		case 's': AT(unsigned short, menu, SCREEN) = number; break;
		case 'i': AT(unsigned, gameData, 0xa0) = number; break;
		case 'd': AT(unsigned, gameData, 0x94) = number; break;
		case 'j': AT(unsigned, gameData, 0x120) = number; break;
		case 'r': AT(unsigned, field, 0xe4) = number; break;
		case 'n': setName(line + 2); break;
		case 'p': setPlayer(line + 2); break;
		case 'f': sscanf(line + 2, "%u %u", &number, &second), setFlag(number, second); break;
		case 'w': line[strcspn(line, "\r\n")] = 0, tellWindow(line + 2); break;
		case 'k': keybd_event(VK_F9, 0, 0, 0), keybd_event(VK_F9, 0, KEYEVENTF_KEYUP, 0); break;
		case 'x': TerminateProcess(GetCurrentProcess(), 1);
	}
	printf("ok\n");
	fflush(stdout);
}

/* The arguments are the groups of flags, ascending. */
int main(int count, char **arguments) {
	while (groupCount + 1 < count && groupCount < 64) groups[groupCount] = atoi(arguments[groupCount + 1]), groupCount++;
	gameData = calloc(1, 0x200), flagMan = calloc(1, 0x300), worldChr = calloc(1, PLAYER + 0x100), menu = calloc(1, 0x800);
	field = calloc(1, 0x200), gameMan = calloc(1, 0xc00), player = calloc(1, 0x800), playerData = calloc(1, 0x200);
	makeClass(&worldClass, ".?AVWorldChrManImp@CS@@", worldChr);
	makeClass(&menuClass, ".?AVCSMenuManImp@CS@@", menu);
	makeFlags();
	AT(float, menu, TIMER) = 1;
	AT(unsigned short, menu, SCREEN) = 0x100;
	printf("ok\n");
	fflush(stdout);
	char line[256];
	while (fgets(line, sizeof line, stdin)) obey(line);
	return 0;
}
