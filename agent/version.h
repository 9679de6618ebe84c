/* SPDX-License-Identifier: MIT */
/* The release of the agent: package.json's version, and a build fails where it is not. */
#pragma once

#define AGENT_VERSION "0.1.0"
