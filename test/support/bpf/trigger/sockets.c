#define _GNU_SOURCE
#include "trigger.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static void use_udp(struct sockaddr_in *to)
{
	char bytes[123] = "datagram";
	int fd = socket(AF_INET, SOCK_DGRAM, IPPROTO_UDP);

	did("syscalls:sys_enter_socket", getpid(), "family", number(AF_INET), "type", number(SOCK_DGRAM), "protocol",
	    number(IPPROTO_UDP), NULL);
	sendto(fd, bytes, sizeof(bytes), MSG_DONTWAIT, (struct sockaddr *)to, sizeof(*to));
	did("syscalls:sys_enter_sendto", getpid(), "fd", number(fd), "buff", address(bytes), "len", number(123), "flags",
	    number(MSG_DONTWAIT), "addr", address(to), "addr_len", number(sizeof(*to)), NULL);
	// Ethernet, IP and UDP headers before it.
	did("net:net_dev_xmit", getpid(), "len", number(123 + 14 + 20 + 8), "rc", number(0), "name", "lo", NULL);
	did("net:net_dev_queue", getpid(), "len", number(123 + 14 + 20 + 8), "name", "lo", NULL);
	close(fd);
}

static void use_tcp(struct sockaddr_in *here)
{
	socklen_t length = sizeof(*here);
	int server = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0), peer;

	bind(server, (struct sockaddr *)here, length);
	did("syscalls:sys_enter_bind", getpid(), "fd", number(server), "umyaddr", address(here), "addrlen", number(length),
	    NULL);
	listen(server, 13);
	did("syscalls:sys_enter_listen", getpid(), "fd", number(server), "backlog", number(13), NULL);
	getsockname(server, (struct sockaddr *)here, &length);
	did("sock:inet_sock_set_state", getpid(), "oldstate", number(7), "newstate", number(10), "sport",
	    number(ntohs(here->sin_port)), "dport", number(0), "family", number(AF_INET), "protocol", number(IPPROTO_TCP),
	    "saddr", "7f000001", "daddr", "00000000", NULL);
	connect(client, (struct sockaddr *)here, sizeof(*here));
	did("syscalls:sys_enter_connect", getpid(), "fd", number(client), "uservaddr", address(here), "addrlen",
	    number(sizeof(*here)), NULL);
	did("sock:inet_sock_set_state", getpid(), "oldstate", number(7), "newstate", number(2), "dport",
	    number(ntohs(here->sin_port)), "daddr", "7f000001", "daddr_v6", "00000000000000000000ffff7f000001", NULL);
	peer = accept4(server, NULL, NULL, SOCK_CLOEXEC);
	did("syscalls:sys_enter_accept4", getpid(), "fd", number(server), "upeer_sockaddr", number(0), "upeer_addrlen",
	    number(0), "flags", number(SOCK_CLOEXEC), NULL);
	shutdown(peer, SHUT_RDWR);
	did("syscalls:sys_enter_shutdown", getpid(), "fd", number(peer), "how", number(SHUT_RDWR), NULL);
	close(peer);
	close(client);
	close(server);
}

void do_sockets(void)
{
	struct sockaddr_in here = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sockaddr_in discard = here;

	discard.sin_port = htons(9);
	use_udp(&discard);
	use_tcp(&here);
}
