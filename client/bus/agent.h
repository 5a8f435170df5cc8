/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "client.h"

G_BEGIN_DECLS

/**
 * gvt_agent_start:
 * @client: what the invocation was told
 *
 * Has polkit's questions about this process asked on its terminal, where there is one and asking is
 * allowed.
 *
 * Returns: TRUE when an agent was started; FALSE when there can be none, or there was one already.
 */
gboolean gvt_agent_start (GvtClient *client);

/**
 * gvt_agent_stop:
 * @client: what the invocation was told
 *
 * Ends the agent, which gives the terminal back as it was. To be called before the process ends.
 */
void gvt_agent_stop (GvtClient *client);

G_END_DECLS
