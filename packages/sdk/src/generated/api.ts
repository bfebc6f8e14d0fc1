// Written by packages/sdk/generate.mjs from openapi.json. Do not edit.

export interface paths {
    "/v1/setup": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Open the account that runs the platform */
        post: operations["setUp"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Where you are signed in */
        get: operations["listSessions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Sign out one session */
        delete: operations["revokeSession"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions/revoke-others": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sign out everywhere else */
        post: operations["revokeOtherSessions"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operator/mail": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The mail that the platform sends */
        get: operations["listOutgoingMail"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operator/mail/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read one mail */
        get: operations["getOutgoingMail"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/workspace": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The workspace of your session */
        get: operations["getWorkspace"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Change the profile */
        patch: operations["updateWorkspace"];
        trace?: never;
    };
    "/v1/workspace/switch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Work in another of your workspaces */
        post: operations["switchWorkspace"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/roles": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What each role may do */
        get: operations["listRoles"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/members": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The people of the workspace */
        get: operations["listMembers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/members/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Remove a member */
        delete: operations["removeMember"];
        options?: never;
        head?: never;
        /** Give a member another role */
        patch: operations["updateMember"];
        trace?: never;
    };
    "/v1/members/{id}/transfer-ownership": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Hand the workspace to another member
         * @description They become an owner and you an admin, both or neither.
         */
        post: operations["transferOwnership"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/members/leave": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Leave the workspace */
        post: operations["leaveWorkspace"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/invitations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The invitations that nobody has accepted */
        get: operations["listInvitations"];
        put?: never;
        /** Invite somebody by their e-mail address */
        post: operations["createInvitation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/invitations/{id}/resend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give an invitation a new link
         * @description The link before it ends, and seven days begin again.
         */
        post: operations["resendInvitation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/invitations/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Take an invitation back */
        delete: operations["cancelInvitation"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/invitations/look-up": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * What an invitation is for
         * @description For whoever holds its link, with or without an account.
         */
        post: operations["lookUpInvitation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/invitations/accept": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Join a workspace
         * @description With an account that has the address of the invitation. Your session works in it from then on.
         */
        post: operations["acceptInvitation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/activation": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What opens Production Mode */
        get: operations["getActivation"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/activation/{currency_type}/request": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask the platform to approve Production Mode
         * @description Asking again changes nothing while a request is open or approved.
         */
        post: operations["requestActivation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operator/workspaces": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Every workspace of the platform */
        get: operations["listAllWorkspaces"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operator/activations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who asks for Production Mode
         * @description With the facts of each checklist. Oldest request first: it is a queue.
         */
        get: operations["listActivations"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operator/workspaces/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One workspace of the platform */
        get: operations["getOperatorWorkspace"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operator/workspaces/{id}/suspend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Stop a workspace
         * @description Signed requests of its keys are refused (403 `workspace-suspended`), in both modes, and its members can read and change nothing. What is under way goes on. The owners are told by mail, with the reason.
         */
        post: operations["suspendWorkspace"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operator/workspaces/{id}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Let a workspace go on
         * @description Keys and members are what they were before.
         */
        post: operations["resumeWorkspace"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operator/activations/{workspace_id}/{currency_type}/approve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Approve a workspace for Production Mode */
        post: operations["approveActivation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operator/activations/{workspace_id}/{currency_type}/refuse": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Refuse a request for Production Mode */
        post: operations["refuseActivation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operator/activations/{workspace_id}/{currency_type}/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take an approval back */
        post: operations["revokeActivation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audit-log": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who changed what */
        get: operations["listAuditLog"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audit-log/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The audit log as a file */
        get: operations["exportAuditLog"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operator/audit-log": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who changed what, on the whole platform */
        get: operations["listPlatformAuditLog"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who is asking */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Me"];
                    };
                };
                /** @description A problem (RFC 9457). */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/api-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List API keys */
        get: {
            parameters: {
                query?: {
                    /** @description How many items to answer with. */
                    limit?: number;
                    /** @description The `next_cursor` of the answer before this one. */
                    cursor?: string;
                    /** @description RFC 3339 */
                    created_after?: string;
                    /** @description RFC 3339 */
                    created_before?: string;
                    /** @description Test Mode or Production Mode. */
                    mode?: "test" | "production";
                    /** @description What the key may touch. */
                    currency_type?: "fiat" | "crypto";
                    /** @description One status or several separated by commas. */
                    status?: string;
                    public_key?: string;
                    name_contains?: string;
                    /** @description The id of a person, a member or one who was (`user_id`), or of a key: keys with a secret that still verifies and that they were shown when they created or rotated it. */
                    known_to?: string;
                    /** @description A part of the name, in either case, or the beginning of the public key. */
                    search?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            data: components["schemas"]["ApiKey"][];
                            /** @description Send it as `cursor` for the next page; null at the end. */
                            next_cursor: string | null;
                        };
                    };
                };
                /** @description A problem (RFC 9457). */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        /** Create an API key */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["CreateApiKey"];
                };
            };
            responses: {
                /** @description Default Response */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ApiKeyWithSecret"];
                    };
                };
                /** @description A problem (RFC 9457). */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/api-keys/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get an API key */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ApiKey"];
                    };
                };
                /** @description A problem (RFC 9457). */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        /** Delete (revoke) an API key */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description A problem (RFC 9457). */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        /** Edit an API key */
        patch: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["UpdateApiKey"];
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ApiKey"];
                    };
                };
                /** @description A problem (RFC 9457). */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        trace?: never;
    };
    "/v1/api-keys/{id}/callers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who signs with which version of the secret */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ApiKeyCallers"];
                    };
                };
                /** @description A problem (RFC 9457). */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/api-keys/{id}/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Rotate the secret of an API key */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["RotateApiKey"];
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ApiKeyWithSecret"];
                    };
                };
                /** @description A problem (RFC 9457). */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/api-keys/{id}/roll-back": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Undo the last rotation of an API key
         * @description While the secret before it still verifies: that one becomes the newest again, without an end. It is not shown.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["RollBackRotation"];
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ApiKey"];
                    };
                };
                /** @description A problem (RFC 9457). */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/cli-logins": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Begin the login of a command line
         * @description The private half stays where it was made. Ends after 10 minutes.
         */
        post: operations["startCliLogin"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/cli-logins/poll": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ask what became of a login */
        post: operations["pollCliLogin"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/cli-logins/acknowledge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Say that the key of a login is stored
         * @description A key that nobody acknowledges within 5 minutes is revoked.
         */
        post: operations["acknowledgeCliLogin"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/cli-logins/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Which command line asks */
        get: operations["getCliLogin"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/cli-logins/{id}/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Give the command line an API key */
        post: operations["confirmCliLogin"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/cli-logins/{id}/refuse": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Refuse the login of a command line */
        post: operations["refuseCliLogin"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operator/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List operator keys */
        get: operations["listOperatorKeys"];
        put?: never;
        /** Create an operator key */
        post: operations["createOperatorKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operator/keys/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get an operator key */
        get: operations["getOperatorKey"];
        put?: never;
        post?: never;
        /** Delete (revoke) an operator key */
        delete: operations["revokeOperatorKey"];
        options?: never;
        head?: never;
        /** Edit an operator key */
        patch: operations["updateOperatorKey"];
        trace?: never;
    };
    "/v1/operator/keys/{id}/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Rotate the secret of an operator key */
        post: operations["rotateOperatorKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/transaction-logs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List requests */
        get: {
            parameters: {
                query?: {
                    /** @description How many items to answer with. */
                    limit?: number;
                    /** @description The `next_cursor` of the answer before this one. */
                    cursor?: string;
                    /** @description RFC 3339 */
                    created_after?: string;
                    /** @description RFC 3339 */
                    created_before?: string;
                    id?: string;
                    api_key_id?: string;
                    /** @description For members; a key sees its own. */
                    currency_type?: "fiat" | "crypto";
                    method?: string;
                    /** @description The whole path. */
                    path?: string;
                    /** @description Any part of the path, case-sensitive. */
                    path_contains?: string;
                    status?: number;
                    /** @description `forwarded`: passed on, and no outcome yet. */
                    status_class?: string;
                    code?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            data: components["schemas"]["TransactionLog"][];
                            /** @description Send it as `cursor` for the next page; null at the end. */
                            next_cursor: string | null;
                        };
                    };
                };
                /** @description A problem (RFC 9457). */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/transaction-logs/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Watch requests live (server-sent events) */
        get: {
            parameters: {
                query?: {
                    id?: string;
                    api_key_id?: string;
                    /** @description For members; a key sees its own. */
                    currency_type?: "fiat" | "crypto";
                    method?: string;
                    /** @description The whole path. */
                    path?: string;
                    /** @description Any part of the path, case-sensitive. */
                    path_contains?: string;
                    status?: number;
                    /** @description `forwarded`: passed on, and no outcome yet. */
                    status_class?: string;
                    code?: string;
                    /** @description The id of the last row seen, where the header Last-Event-ID cannot be sent. */
                    cursor?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A problem (RFC 9457). */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/transaction-logs/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Export requests as NDJSON or CSV, newest first */
        get: {
            parameters: {
                query?: {
                    id?: string;
                    api_key_id?: string;
                    /** @description For members; a key sees its own. */
                    currency_type?: "fiat" | "crypto";
                    method?: string;
                    /** @description The whole path. */
                    path?: string;
                    /** @description Any part of the path, case-sensitive. */
                    path_contains?: string;
                    status?: number;
                    /** @description `forwarded`: passed on, and no outcome yet. */
                    status_class?: string;
                    code?: string;
                    /** @description RFC 3339 */
                    created_after?: string;
                    /** @description RFC 3339 */
                    created_before?: string;
                    /** @description NDJSON: the rows as the API answers them, one a line. CSV: RFC 4180, CRLF. */
                    format?: "ndjson" | "csv";
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A problem (RFC 9457). */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/transaction-logs/histogram": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Count requests over time */
        get: {
            parameters: {
                query?: {
                    id?: string;
                    api_key_id?: string;
                    /** @description For members; a key sees its own. */
                    currency_type?: "fiat" | "crypto";
                    method?: string;
                    /** @description The whole path. */
                    path?: string;
                    /** @description Any part of the path, case-sensitive. */
                    path_contains?: string;
                    status?: number;
                    /** @description `forwarded`: passed on, and no outcome yet. */
                    status_class?: string;
                    code?: string;
                    /** @description RFC 3339. By default the first day that has a matching request. */
                    created_after?: string;
                    /** @description RFC 3339. By default now. */
                    created_before?: string;
                    /** @description At most so many buckets. Their width is a round one. */
                    buckets?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["TransactionLogHistogram"];
                    };
                };
                /** @description A problem (RFC 9457). */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/transaction-logs/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get one request with what was sent and answered */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["TransactionLogDetail"];
                    };
                };
                /** @description A problem (RFC 9457). */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/api-keys/{id}/suggestions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Narrower limits that would refuse nothing a key was used for
         * @description From the Transaction Logs, within their retention. Apply them with PATCH; try them with dry-run.
         */
        get: {
            parameters: {
                query?: {
                    /** @description How far back to look. */
                    days?: number;
                };
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ApiKeySuggestions"];
                    };
                };
                /** @description A problem (RFC 9457). */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/api-keys/{id}/dry-run": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * What other limits would have refused
         * @description Holds limits against the logged requests of the key. Nothing is changed.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["DryRunApiKey"];
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ApiKeyDryRun"];
                    };
                };
                /** @description A problem (RFC 9457). */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Count requests and webhook attempts over time
         * @description Requests by class of status, with percentiles of their latency, and attempts at webhooks, in buckets of one minute to one day: at most 1 000 of them. A request counts where it began, exactly as Transaction Logs list it, within a second. Deleted and expired keys still count.
         */
        get: {
            parameters: {
                query?: {
                    /** @description The beginning of the range. 24 hours before `to` when absent. */
                    from?: string;
                    /** @description The end of the range. Now when absent. */
                    to?: string;
                    /** @description How long a bucket is. When absent: the shortest that is kept for the range and makes at most 200 buckets. Minutes and ten minutes are kept as long as the logs, longer ones for 400 days. */
                    interval?: "1m" | "10m" | "1h" | "6h" | "1d";
                    /** @description For members; a key sees its own. */
                    currency_type?: "fiat" | "crypto";
                    /** @description Only requests signed with this key. */
                    api_key_id?: string;
                    /** @description Only attempts at this webhook endpoint. */
                    endpoint_id?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Usage"];
                    };
                };
                /** @description A problem (RFC 9457). */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/usage/api-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Count the requests of each of some keys over time
         * @description At most 100 keys and 200 buckets. A member sees keys of both modes, a key those of its own mode and currency type; of a key that is not there, nothing happened.
         */
        get: {
            parameters: {
                query: {
                    /** @description The beginning of the range. 24 hours before `to` when absent. */
                    from?: string;
                    /** @description The end of the range. Now when absent. */
                    to?: string;
                    /** @description How long a bucket is. When absent: the shortest that is kept for the range and makes at most 200 buckets. Minutes and ten minutes are kept as long as the logs, longer ones for 400 days. */
                    interval?: "1m" | "10m" | "1h" | "6h" | "1d";
                    /** @description Ids of keys, comma-separated, at most 100. */
                    api_key_id: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["KeyUsageList"];
                    };
                };
                /** @description A problem (RFC 9457). */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/test/explain-signature": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Explain why a signature is refused
         * @description Checks a request as the verifier would, without any effect: no nonce is used and nothing is logged. Keys of both modes; never send a secret.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["SentRequest"];
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SignatureExplanation"];
                    };
                };
                /** @description A problem (RFC 9457). */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/test/signature": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Grade the signature of this request
         * @description Send any signed request here, with any query and body: the answer says what each check found, also where another route would refuse it. Keys of Test Mode. No nonce is used up, nothing is logged, and the limit of the key is not touched.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SignatureGrade"];
                    };
                };
                /** @description A problem (RFC 9457). */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        /**
         * Grade the signature of this request
         * @description Send any signed request here, with any query and body: the answer says what each check found, also where another route would refuse it. Keys of Test Mode. No nonce is used up, nothing is logged, and the limit of the key is not touched.
         */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SignatureGrade"];
                    };
                };
                /** @description A problem (RFC 9457). */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        /**
         * Grade the signature of this request
         * @description Send any signed request here, with any query and body: the answer says what each check found, also where another route would refuse it. Keys of Test Mode. No nonce is used up, nothing is logged, and the limit of the key is not touched.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SignatureGrade"];
                    };
                };
                /** @description A problem (RFC 9457). */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        /**
         * Grade the signature of this request
         * @description Send any signed request here, with any query and body: the answer says what each check found, also where another route would refuse it. Keys of Test Mode. No nonce is used up, nothing is logged, and the limit of the key is not touched.
         */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SignatureGrade"];
                    };
                };
                /** @description A problem (RFC 9457). */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        /**
         * Grade the signature of this request
         * @description Send any signed request here, with any query and body: the answer says what each check found, also where another route would refuse it. Keys of Test Mode. No nonce is used up, nothing is logged, and the limit of the key is not touched.
         */
        patch: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SignatureGrade"];
                    };
                };
                /** @description A problem (RFC 9457). */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        trace?: never;
    };
    "/v1/currencies": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List currencies
         * @description Every currency with its type and decimals, whole. A key sees the currencies of its own type.
         */
        get: {
            parameters: {
                query?: {
                    type?: "fiat" | "crypto";
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            data: components["schemas"]["Currency"][];
                            next_cursor: null;
                        };
                    };
                };
                /** @description A problem (RFC 9457). */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/transactions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List transactions
         * @description Newest first; within a range of `completed_at` or `effective_at`, by that time. A key sees its own mode and currency type.
         */
        get: {
            parameters: {
                query?: {
                    /** @description How many items to answer with. */
                    limit?: number;
                    /** @description The `next_cursor` of the answer before this one. */
                    cursor?: string;
                    /** @description RFC 3339 */
                    created_after?: string;
                    /** @description RFC 3339 */
                    created_before?: string;
                    /** @description Several: repeated, or with commas between them. */
                    type?: ("deposit" | "payout" | "transfer" | "refund" | "return" | "correction") | ("deposit" | "payout" | "transfer" | "refund" | "return" | "correction")[];
                    /** @description Several: repeated, or with commas between them. */
                    status?: ("pending" | "processing" | "completed" | "failed" | "canceled" | "expired") | ("pending" | "processing" | "completed" | "failed" | "canceled" | "expired")[];
                    currency?: string;
                    /** @description For members; a key sees its own. */
                    currency_type?: "fiat" | "crypto";
                    /** @description On either side of a transfer. */
                    account_id?: string;
                    destination_account_id?: string;
                    reference?: string;
                    request_id?: string;
                    /** @description What was refunded or returned. */
                    linked_transaction_id?: string;
                    failure_code?: string;
                    /** @description Needs `currency`. */
                    amount?: string;
                    /** @description Needs `currency`. */
                    amount_min?: string;
                    /** @description Needs `currency`. */
                    amount_max?: string;
                    /** @description RFC 3339 */
                    completed_after?: string;
                    /** @description RFC 3339 */
                    completed_before?: string;
                    /** @description RFC 3339 */
                    effective_after?: string;
                    /** @description RFC 3339 */
                    effective_before?: string;
                    /** @description Every word of it, in any order, each from its beginning, in upper or lower case. */
                    description_contains?: string;
                    /** @description Exact values: `metadata[order]=A-1`. */
                    metadata?: {
                        [key: string]: string;
                    };
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            data: components["schemas"]["Transaction"][];
                            /** @description Send it as `cursor` for the next page; null at the end. */
                            next_cursor: string | null;
                        };
                    };
                };
                /** @description A problem (RFC 9457). */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        /**
         * Create a transaction
         * @description A deposit, payout or transfer. Needs an Idempotency-Key: the same key with the same body gets the same answer for 24 hours and moves money once.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["CreateTransaction"];
                };
            };
            responses: {
                /** @description Default Response */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Transaction"];
                    };
                };
                /** @description A problem (RFC 9457). */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/transactions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a transaction */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Transaction"];
                    };
                };
                /** @description A problem (RFC 9457). */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Edit description and metadata
         * @description Changes what a transaction says, in every status, and nothing that it does: no entry, no event. What the body leaves out stays. The audit log keeps what was there before.
         */
        patch: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["UpdateTransaction"];
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Transaction"];
                    };
                };
                /** @description A problem (RFC 9457). */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        trace?: never;
    };
    "/v1/transactions/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cancel a pending transaction
         * @description Frees what it holds. A transaction that is processing or has ended cannot be canceled.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Transaction"];
                    };
                };
                /** @description A problem (RFC 9457). */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/transactions/{id}/refund": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Refund a completed deposit
         * @description Answers with a new, linked transaction of the type refund, which holds the amount until it has been paid out. All that is left is refunded unless the body names an amount; all refunds together never pass what was deposited. Send an Idempotency-Key: the same one again refunds once.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["RefundTransaction"];
                };
            };
            responses: {
                /** @description Default Response */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Transaction"];
                    };
                };
                /** @description A problem (RFC 9457). */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/accounts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List accounts */
        get: {
            parameters: {
                query?: {
                    /** @description How many items to answer with. */
                    limit?: number;
                    /** @description The `next_cursor` of the answer before this one. */
                    cursor?: string;
                    /** @description RFC 3339 */
                    created_after?: string;
                    /** @description RFC 3339 */
                    created_before?: string;
                    currency?: string;
                    currency_type?: "fiat" | "crypto";
                    name?: string;
                    is_main?: "true" | "false";
                    /** @description Exact values: `metadata[order]=A-1`. */
                    metadata?: {
                        [key: string]: string;
                    };
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            data: components["schemas"]["Account"][];
                            /** @description Send it as `cursor` for the next page; null at the end. */
                            next_cursor: string | null;
                        };
                    };
                };
                /** @description A problem (RFC 9457). */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        /**
         * Create an account
         * @description One more account in a currency, beside the main one that is made on first use.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["CreateAccount"];
                };
            };
            responses: {
                /** @description Default Response */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Account"];
                    };
                };
                /** @description A problem (RFC 9457). */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/accounts/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get an account */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Account"];
                    };
                };
                /** @description A problem (RFC 9457). */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Edit name and metadata
         * @description Changes what an account is called and nothing that it holds. What the body leaves out stays. The audit log keeps what was there before.
         */
        patch: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["UpdateAccount"];
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Account"];
                    };
                };
                /** @description A problem (RFC 9457). */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        trace?: never;
    };
    "/v1/accounts/{id}/entries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the entries of an account
         * @description Newest first: what each step of a transaction changed, and the balance after it.
         */
        get: {
            parameters: {
                query?: {
                    /** @description How many items to answer with. */
                    limit?: number;
                    /** @description The `next_cursor` of the answer before this one. */
                    cursor?: string;
                    /** @description RFC 3339 */
                    created_after?: string;
                    /** @description RFC 3339 */
                    created_before?: string;
                    transaction_id?: string;
                };
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            data: components["schemas"]["Entry"][];
                            /** @description Send it as `cursor` for the next page; null at the end. */
                            next_cursor: string | null;
                        };
                    };
                };
                /** @description A problem (RFC 9457). */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/balances": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List balances
         * @description The sum of all accounts of each currency.
         */
        get: {
            parameters: {
                query?: {
                    currency?: string;
                    currency_type?: "fiat" | "crypto";
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            data: components["schemas"]["Balance"][];
                            next_cursor: null;
                        };
                    };
                };
                /** @description A problem (RFC 9457). */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/fees": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What transactions cost
         * @description The rule of a currency, else the one of its currency type, in both modes; without a rule there is no fee. A fee is `fixed` and the share of the amount, rounded half up to the smallest unit, and at least `minimum`. A key sees its own currency type.
         */
        get: operations["listFees"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operator/fees": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The rules of fees */
        get: operations["listFeeRules"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operator/fees/{type}/{currency}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Set what a type of transaction costs in a currency
         * @description From now on, in both modes; what was made before keeps its fee. A rule of zero exempts a currency from the one of its type.
         */
        put: operations["setFeeRule"];
        post?: never;
        /** Remove a rule of fees */
        delete: operations["removeFeeRule"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/test/cases": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the test cases
         * @description Amounts and references that make the simulator fail, wait, stay, return or deliver oddly.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            data: components["schemas"]["TestCase"][];
                            next_cursor: null;
                        };
                    };
                };
                /** @description A problem (RFC 9457). */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/test/transactions/{id}/settle": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Complete a transaction by hand */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Transaction"];
                    };
                };
                /** @description A problem (RFC 9457). */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/test/transactions/{id}/fail": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Fail a transaction by hand */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["TestFailure"];
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Transaction"];
                    };
                };
                /** @description A problem (RFC 9457). */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/test/transactions/{id}/return": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Let a completed transaction come back
         * @description Answers with the new, linked transaction: a returned deposit goes out again, a returned payout comes back in. It happens once, and moves what no refund has moved before.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["TestReturn"];
                };
            };
            responses: {
                /** @description Default Response */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Transaction"];
                    };
                };
                /** @description A problem (RFC 9457). */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/test/clock": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get the test clock */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["TestClock"];
                    };
                };
                /** @description A problem (RFC 9457). */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        /**
         * Move or stop the test clock
         * @description What is due by the clock happens before the answer, up to 2 000 transactions; more follow within seconds. The clock decides when settlements, delays, expiries and returns of Test Mode are due, and nothing else.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ChangeTestClock"];
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["MovedTestClock"];
                    };
                };
                /** @description A problem (RFC 9457). */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        /**
         * Set the test clock back to the server's
         * @description Takes nothing back that has happened; what waits waits as long as before.
         */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["MovedTestClock"];
                    };
                };
                /** @description A problem (RFC 9457). */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/test/reset": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get how far the last reset is */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["TestReset"];
                    };
                };
                /** @description A problem (RFC 9457). */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        /**
         * Delete the test data of the workspace
         * @description Accounts, transactions, entries, events, deliveries, attempts, replays and listeners of Test Mode; the test clock is set back. API keys, webhook endpoints, Transaction Logs, the audit log and Production Mode stay. Requests go on meanwhile, with new accounts. What takes longer than a few seconds goes on after the answer, which then says `running`.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["TestReset"];
                    };
                };
                /** @description A problem (RFC 9457). */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/reports/summary": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Count and sum transactions
         * @description By day, week or month of a time zone, by type and by status, always apart by currency; with the filters of the list. `completed` holds the same numbers as the ledger, `pending` what may still change.
         */
        get: {
            parameters: {
                query?: {
                    /** @description The beginning of the range: a day of the time zone, or a moment. 30 days before `to` when absent. */
                    from?: string;
                    /** @description The first day or moment that is no longer in the range. The end of today when absent. */
                    to?: string;
                    /** @description IANA name: in which days begin and end. */
                    time_zone?: string;
                    /** @description Which time of a transaction the range and its days are about. */
                    time_field?: "created_at" | "completed_at" | "effective_at";
                    /** @description Any of day, week or month, type, status, currency. Currencies are never added up. */
                    group_by?: ("day" | "week" | "month" | "type" | "status" | "currency")[];
                    /** @description Several: repeated, or with commas between them. */
                    type?: ("deposit" | "payout" | "transfer" | "refund" | "return" | "correction") | ("deposit" | "payout" | "transfer" | "refund" | "return" | "correction")[];
                    /** @description Several: repeated, or with commas between them. */
                    status?: ("pending" | "processing" | "completed" | "failed" | "canceled" | "expired") | ("pending" | "processing" | "completed" | "failed" | "canceled" | "expired")[];
                    currency?: string;
                    /** @description For members; a key sees its own. */
                    currency_type?: "fiat" | "crypto";
                    /** @description On either side of a transfer. */
                    account_id?: string;
                    destination_account_id?: string;
                    reference?: string;
                    request_id?: string;
                    /** @description What was refunded or returned. */
                    linked_transaction_id?: string;
                    failure_code?: string;
                    /** @description Needs `currency`. */
                    amount?: string;
                    /** @description Needs `currency`. */
                    amount_min?: string;
                    /** @description Needs `currency`. */
                    amount_max?: string;
                    /** @description RFC 3339 */
                    completed_after?: string;
                    /** @description RFC 3339 */
                    completed_before?: string;
                    /** @description RFC 3339 */
                    effective_after?: string;
                    /** @description RFC 3339 */
                    effective_before?: string;
                    /** @description Every word of it, in any order, each from its beginning, in upper or lower case. */
                    description_contains?: string;
                    /** @description Exact values: `metadata[order]=A-1`. */
                    metadata?: {
                        [key: string]: string;
                    };
                    /** @description RFC 3339 */
                    created_after?: string;
                    /** @description RFC 3339 */
                    created_before?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Summary"];
                    };
                };
                /** @description A problem (RFC 9457). */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/accounts/{id}/statement": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the statement of an account
         * @description The balance before a range of time, what was posted in it, oldest first, and the balance after it. One period’s closing is the opening of the next.
         */
        get: {
            parameters: {
                query?: {
                    /** @description The beginning of the range: a day of the time zone, or a moment. 30 days before `to` when absent. */
                    from?: string;
                    /** @description The first day or moment that is no longer in the range. The end of today when absent. */
                    to?: string;
                    /** @description IANA name: in which days begin and end. */
                    time_zone?: string;
                    /** @description How many items to answer with. */
                    limit?: number;
                    /** @description The `next_cursor` of the answer before this one. */
                    cursor?: string;
                };
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Statement"];
                    };
                };
                /** @description A problem (RFC 9457). */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/accounts/{id}/statement/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Export the statement of an account as NDJSON or CSV
         * @description The opening balance, every line, the closing balance.
         */
        get: {
            parameters: {
                query?: {
                    /** @description The beginning of the range: a day of the time zone, or a moment. 30 days before `to` when absent. */
                    from?: string;
                    /** @description The first day or moment that is no longer in the range. The end of today when absent. */
                    to?: string;
                    /** @description IANA name: in which days begin and end. */
                    time_zone?: string;
                    /** @description NDJSON: the rows as the API answers them, one a line. CSV: RFC 4180, CRLF. */
                    format?: "ndjson" | "csv";
                };
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A problem (RFC 9457). */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/transactions/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Export transactions as NDJSON or CSV
         * @description Every transaction that fits, newest first, all as they were at one moment.
         */
        get: {
            parameters: {
                query?: {
                    /** @description Several: repeated, or with commas between them. */
                    type?: ("deposit" | "payout" | "transfer" | "refund" | "return" | "correction") | ("deposit" | "payout" | "transfer" | "refund" | "return" | "correction")[];
                    /** @description Several: repeated, or with commas between them. */
                    status?: ("pending" | "processing" | "completed" | "failed" | "canceled" | "expired") | ("pending" | "processing" | "completed" | "failed" | "canceled" | "expired")[];
                    currency?: string;
                    /** @description For members; a key sees its own. */
                    currency_type?: "fiat" | "crypto";
                    /** @description On either side of a transfer. */
                    account_id?: string;
                    destination_account_id?: string;
                    reference?: string;
                    request_id?: string;
                    /** @description What was refunded or returned. */
                    linked_transaction_id?: string;
                    failure_code?: string;
                    /** @description Needs `currency`. */
                    amount?: string;
                    /** @description Needs `currency`. */
                    amount_min?: string;
                    /** @description Needs `currency`. */
                    amount_max?: string;
                    /** @description RFC 3339 */
                    completed_after?: string;
                    /** @description RFC 3339 */
                    completed_before?: string;
                    /** @description RFC 3339 */
                    effective_after?: string;
                    /** @description RFC 3339 */
                    effective_before?: string;
                    /** @description Every word of it, in any order, each from its beginning, in upper or lower case. */
                    description_contains?: string;
                    /** @description Exact values: `metadata[order]=A-1`. */
                    metadata?: {
                        [key: string]: string;
                    };
                    /** @description RFC 3339 */
                    created_after?: string;
                    /** @description RFC 3339 */
                    created_before?: string;
                    /** @description NDJSON: the rows as the API answers them, one a line. CSV: RFC 4180, CRLF. */
                    format?: "ndjson" | "csv";
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A problem (RFC 9457). */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/accounts/{id}/entries/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Export the entries of an account as NDJSON or CSV
         * @description Every entry that fits, newest first, holds and releases included.
         */
        get: {
            parameters: {
                query?: {
                    transaction_id?: string;
                    /** @description RFC 3339 */
                    created_after?: string;
                    /** @description RFC 3339 */
                    created_before?: string;
                    /** @description NDJSON: the rows as the API answers them, one a line. CSV: RFC 4180, CRLF. */
                    format?: "ndjson" | "csv";
                };
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A problem (RFC 9457). */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operator/rails": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The payment connections
         * @description Everything is off until an operator switches it on.
         */
        get: operations["listRails"];
        /** Switch a payment connection on or off */
        put: operations["setRail"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operator/settlements": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What waits to be settled by hand */
        get: operations["listSettlements"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operator/settlements/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The filtered queue as a file */
        get: operations["exportSettlements"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operator/settlements/{transaction_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One transaction of the manual rail */
        get: operations["getSettlement"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operator/settlements/{transaction_id}/settle": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Say that the money moved
         * @description It takes several different people (DEPOSIT_APPROVERS for what came, PAYOUT_APPROVERS for what leaves): the first ones approve, the last one completes it. With `amount` where another amount of a deposit came than was announced; all say the same.
         */
        post: operations["settleTransaction"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operator/settlements/{transaction_id}/fail": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Say that the money will not move
         * @description What the transaction held is free again. A `conflict` with `approved_by` while another operator has approved that a deposit, payout or refund moved: they withdraw that first.
         */
        post: operations["failTransaction"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operator/settlements/{transaction_id}/withdraw": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take your approval back while another is still needed
         * @description A correction or return that nobody else has approved has failed with it.
         */
        post: operations["withdrawApproval"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operator/settlements/{transaction_id}/return": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Say that a payout came back after it had completed
         * @description Answers with a new, linked transaction of the type `return`. It is booked once as many different people have approved it as a deposit takes (DEPOSIT_APPROVERS); saying so counts as the first approval, and `settle` of the new one with the same reference as the next.
         */
        post: operations["returnSettled"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operator/settlements/{transaction_id}/correct": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Propose the correction of a completed transaction
         * @description Answers with a new, linked transaction of the type `correction`. What it takes from the account is held at once. It is booked once as many different people have approved it as a payout or a deposit takes, whichever is more; proposing counts as the first approval, and `settle` of the new one with the same reference as the next.
         */
        post: operations["correctTransaction"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operator/settlements/settle-many": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Say of up to 100 transactions that their money moved
         * @description Each is a change of its own: one that is refused says why and does not hold up the others. Sent again, what is done stays done.
         */
        post: operations["settleMany"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operator/settlements/fail-many": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Say of up to 100 transactions that their money will not move
         * @description Each is a change of its own: one that is refused says why and does not hold up the others. Sent again, what is done stays done.
         */
        post: operations["failMany"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operator/unmatched-deposits": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Money that came and is nobody’s yet */
        get: operations["listUnmatchedDeposits"];
        put?: never;
        /**
         * Record money that came without saying whose it is
         * @description It is in the ledger from then on, on an account of the platform. The same reference, amount and currency again answer the same (200).
         */
        post: operations["recordUnmatchedDeposit"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operator/unmatched-deposits/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One of them */
        get: operations["getUnmatchedDeposit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operator/unmatched-deposits/{id}/match": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give it to whom it belongs
         * @description It completes a deposit that was announced, with what came; or makes one for a workspace that announced none. It takes as many different people as a deposit (DEPOSIT_APPROVERS), who send the same: the first ones approve (`proposed_match`), the last one books it.
         */
        post: operations["matchUnmatchedDeposit"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operator/unmatched-deposits/{id}/withdraw": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take a proposed match back, or refuse it
         * @description While other people still have to approve it. Nothing was booked.
         */
        post: operations["withdrawMatch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operator/unmatched-deposits/{id}/return": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send it back
         * @description Makes a payout that waits in the settlement queue for as many people as any payout takes.
         */
        post: operations["returnUnmatchedDeposit"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operator/statements/match": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Propose what the lines of a bank statement are
         * @description Books nothing and keeps nothing: confirm with `settle-many`, and record what is nobody’s with `unmatched-deposits`. A line that was booked before is recognised by its reference.
         */
        post: operations["matchStatement"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/deposit-instructions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Where to send a deposit
         * @description With the reference code of your workspace and this currency. It stays the same: give it to your bank with every payment. Its two check digits are those of ISO 11649.
         */
        get: operations["getDepositInstructions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operator/reconciliations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Proofs of the ledger, the newest first */
        get: operations["listReconciliations"];
        put?: never;
        /**
         * Prove the ledger now
         * @description The worker begins within seconds. While a run is under way, that one is the answer and none is added.
         */
        post: operations["reconcileLedger"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operator/ledger-discrepancies": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What does not add up */
        get: operations["listLedgerDiscrepancies"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operator/ledger-discrepancies/{subject_id}/evidence": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What the books say of an account or a transaction
         * @description The row and the entries that name it, at most 50.
         */
        get: operations["getLedgerEvidence"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operator/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How the system is
         * @description Every server tells of itself every five seconds; queues and connections are looked at now.
         */
        get: operations["getSystemHealth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operator/verify-request": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Verify a request that your own service received
         * @description Signed with an operator key. Answers 200 for accepted and refused requests alike: `verified` tells them apart, and a refusal holds the problem to pass on. A nonce is claimed, so each request can be verified once.
         */
        post: operations["verifyRequest"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operator/verify-request/{id}/outcome": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Tell how a verified request was answered
         * @description Completes its row in the Transaction Logs, once.
         */
        post: operations["recordRequestOutcome"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhook-endpoints": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List webhook endpoints */
        get: {
            parameters: {
                query?: {
                    /** @description How many items to answer with. */
                    limit?: number;
                    /** @description The `next_cursor` of the answer before this one. */
                    cursor?: string;
                    /** @description RFC 3339 */
                    created_after?: string;
                    /** @description RFC 3339 */
                    created_before?: string;
                    enabled?: "true" | "false";
                    /** @description With `true` also the listeners of `countersign listen` (Test Mode). */
                    include_listeners?: "true" | "false";
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            data: components["schemas"]["WebhookEndpoint"][];
                            /** @description Send it as `cursor` for the next page; null at the end. */
                            next_cursor: string | null;
                        };
                    };
                };
                /** @description A problem (RFC 9457). */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        /** Create a webhook endpoint */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["CreateWebhookEndpoint"];
                };
            };
            responses: {
                /** @description Default Response */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["WebhookEndpointWithSecret"];
                    };
                };
                /** @description A problem (RFC 9457). */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhook-endpoints/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a webhook endpoint */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["WebhookEndpoint"];
                    };
                };
                /** @description A problem (RFC 9457). */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        /** Delete a webhook endpoint */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description A problem (RFC 9457). */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        /** Edit a webhook endpoint */
        patch: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["UpdateWebhookEndpoint"];
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["WebhookEndpoint"];
                    };
                };
                /** @description A problem (RFC 9457). */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        trace?: never;
    };
    "/v1/webhook-endpoints/{id}/rotate-secret": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Rotate the secret of a webhook endpoint */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["RotateWebhookSecret"];
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["WebhookEndpointWithSecret"];
                    };
                };
                /** @description A problem (RFC 9457). */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhook-endpoints/{id}/ping": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send an example event to a webhook endpoint */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["PingWebhookEndpoint"];
                };
            };
            responses: {
                /** @description Default Response */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["PingedWebhookEndpoint"];
                    };
                };
                /** @description A problem (RFC 9457). */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhook-endpoints/{id}/recover": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send everything again that failed since a time */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["RecoverWebhookEndpoint"];
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["RecoveredWebhooks"];
                    };
                };
                /** @description A problem (RFC 9457). */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhook-endpoints/{id}/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get the health of a webhook endpoint */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["WebhookEndpointHealth"];
                    };
                };
                /** @description A problem (RFC 9457). */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhook-endpoints/{id}/replays": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the replays of a webhook endpoint */
        get: {
            parameters: {
                query?: {
                    /** @description How many items to answer with. */
                    limit?: number;
                    /** @description The `next_cursor` of the answer before this one. */
                    cursor?: string;
                };
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            data: components["schemas"]["WebhookReplay"][];
                            /** @description Send it as `cursor` for the next page; null at the end. */
                            next_cursor: string | null;
                        };
                    };
                };
                /** @description A problem (RFC 9457). */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        /** Replay a range of deliveries to a webhook endpoint */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["CreateWebhookReplay"];
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["WebhookReplayCount"];
                    };
                };
                /** @description Default Response */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["WebhookReplay"];
                    };
                };
                /** @description A problem (RFC 9457). */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhook-replays/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a replay */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["WebhookReplay"];
                    };
                };
                /** @description A problem (RFC 9457). */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhook-replays/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Cancel a replay */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["WebhookReplay"];
                    };
                };
                /** @description A problem (RFC 9457). */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List events */
        get: {
            parameters: {
                query?: {
                    /** @description How many items to answer with. */
                    limit?: number;
                    /** @description The `next_cursor` of the answer before this one. */
                    cursor?: string;
                    /** @description RFC 3339 */
                    created_after?: string;
                    /** @description RFC 3339 */
                    created_before?: string;
                    type?: string;
                    object_id?: string;
                    request_id?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            data: components["schemas"]["Event"][];
                            /** @description Send it as `cursor` for the next page; null at the end. */
                            next_cursor: string | null;
                        };
                    };
                };
                /** @description A problem (RFC 9457). */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/events/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Watch events live (server-sent events)
         * @description Each as an event `event` under its own id. Last-Event-ID or `cursor` goes on where an earlier stream ended; what was told just before comes again. `gap`: more was missed than is repeated, and the list has it.
         */
        get: {
            parameters: {
                query?: {
                    type?: string;
                    object_id?: string;
                    request_id?: string;
                    /** @description The id of the last event seen, where the header Last-Event-ID cannot be sent. */
                    cursor?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A problem (RFC 9457). */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/events/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Export events as NDJSON or CSV, newest first */
        get: {
            parameters: {
                query?: {
                    /** @description RFC 3339 */
                    created_after?: string;
                    /** @description RFC 3339 */
                    created_before?: string;
                    type?: string;
                    object_id?: string;
                    request_id?: string;
                    /** @description NDJSON: the rows as the API answers them, one a line. CSV: RFC 4180, CRLF. */
                    format?: "ndjson" | "csv";
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A problem (RFC 9457). */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/events/histogram": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Count events over time */
        get: {
            parameters: {
                query?: {
                    /** @description RFC 3339. By default the time of the oldest event. */
                    created_after?: string;
                    /** @description RFC 3339. By default now. */
                    created_before?: string;
                    type?: string;
                    object_id?: string;
                    request_id?: string;
                    /** @description At most so many buckets. Their width is a round one. */
                    buckets?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["EventHistogram"];
                    };
                };
                /** @description A problem (RFC 9457). */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/events/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get an event */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Event"];
                    };
                };
                /** @description A problem (RFC 9457). */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/event-types": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the types of events */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            data: components["schemas"]["EventType"][];
                            next_cursor: null;
                        };
                    };
                };
                /** @description A problem (RFC 9457). */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhook-logs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List webhook deliveries */
        get: {
            parameters: {
                query?: {
                    /** @description How many items to answer with. */
                    limit?: number;
                    /** @description The `next_cursor` of the answer before this one. */
                    cursor?: string;
                    /** @description RFC 3339 */
                    created_after?: string;
                    /** @description RFC 3339 */
                    created_before?: string;
                    object_id?: string;
                    request_id?: string;
                    event_type?: string;
                    event_id?: string;
                    endpoint_id?: string;
                    status?: "pending" | "delivered" | "failed" | "skipped";
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            data: components["schemas"]["WebhookDelivery"][];
                            /** @description Send it as `cursor` for the next page; null at the end. */
                            next_cursor: string | null;
                        };
                    };
                };
                /** @description A problem (RFC 9457). */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhook-logs/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Watch deliveries live (server-sent events)
         * @description Each delivery as an event `webhook_log`: when it is new, after each attempt, and when it is given up. Last-Event-ID or `cursor` goes on where an earlier stream ended; what was told just before comes again. `gap`: more was missed than is repeated, and the list has it.
         */
        get: {
            parameters: {
                query?: {
                    object_id?: string;
                    request_id?: string;
                    event_type?: string;
                    event_id?: string;
                    endpoint_id?: string;
                    status?: "pending" | "delivered" | "failed" | "skipped";
                    /** @description The id of the last event seen, where the header Last-Event-ID cannot be sent. */
                    cursor?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A problem (RFC 9457). */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhook-logs/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Export deliveries as NDJSON or CSV, newest first */
        get: {
            parameters: {
                query?: {
                    /** @description RFC 3339 */
                    created_after?: string;
                    /** @description RFC 3339 */
                    created_before?: string;
                    object_id?: string;
                    request_id?: string;
                    event_type?: string;
                    event_id?: string;
                    endpoint_id?: string;
                    status?: "pending" | "delivered" | "failed" | "skipped";
                    /** @description NDJSON: the rows as the API answers them, one a line. CSV: RFC 4180, CRLF. */
                    format?: "ndjson" | "csv";
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A problem (RFC 9457). */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhook-logs/histogram": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Count deliveries over time */
        get: {
            parameters: {
                query?: {
                    /** @description RFC 3339. By default the time of the oldest event. */
                    created_after?: string;
                    /** @description RFC 3339. By default now. */
                    created_before?: string;
                    object_id?: string;
                    request_id?: string;
                    event_type?: string;
                    event_id?: string;
                    endpoint_id?: string;
                    status?: "pending" | "delivered" | "failed" | "skipped";
                    /** @description At most so many buckets. Their width is a round one. */
                    buckets?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["WebhookLogHistogram"];
                    };
                };
                /** @description A problem (RFC 9457). */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhook-logs/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a webhook delivery with its attempts */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["WebhookDeliveryWithAttempts"];
                    };
                };
                /** @description A problem (RFC 9457). */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhook-logs/{id}/resend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send a webhook again */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["WebhookDelivery"];
                    };
                };
                /** @description A problem (RFC 9457). */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operator/event-types": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the platform's own event types */
        get: operations["listDeclaredEventTypes"];
        put?: never;
        /** Declare an event type of the platform's own */
        post: operations["declareEventType"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operator/event-types/{type}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Take a declared event type out of the catalogue
         * @description Events that went out stay. Endpoints that chose the type keep its name.
         */
        delete: operations["withdrawEventType"];
        options?: never;
        head?: never;
        /**
         * Change a declared event type
         * @description Once its events went out in Production Mode, only compatibly: what was required stays, types do not change, properties may come.
         */
        patch: operations["redeclareEventType"];
        trace?: never;
    };
    "/v1/operator/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Publish an event of a declared type to a workspace's endpoints
         * @description Needs an `Idempotency-Key`: with the same one, it is published once.
         */
        post: operations["publishEvent"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/test/webhook-listeners": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create a webhook listener
         * @description Needs the scope events:read as well.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["CreateWebhookListener"];
                };
            };
            responses: {
                /** @description Default Response */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["WebhookListener"];
                    };
                };
                /** @description A problem (RFC 9457). */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/test/webhook-listeners/{id}/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Receive webhooks (server-sent events) */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A problem (RFC 9457). */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/test/webhook-listeners/{id}/attempts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Record what a listener was answered */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["WebhookListenerAttempt"];
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["RecordedWebhookAttempt"];
                    };
                };
                /** @description A problem (RFC 9457). */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/test/webhook-listeners/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** End a webhook listener */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description A problem (RFC 9457). */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/test/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Publish an example event
         * @description To every endpoint and listener that wants its type. The object in it does not exist.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["TriggerEvent"];
                };
            };
            responses: {
                /** @description Default Response */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["TriggeredEvent"];
                    };
                };
                /** @description A problem (RFC 9457). */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operator/signing-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What the platform signs with
         * @description Newest first. The first key of a purpose is made when it is needed.
         */
        get: operations["listSigningKeys"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operator/signing-keys/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Let a new key sign
         * @description The key before it stays published until it is retired.
         */
        post: operations["rotateSigningKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operator/signing-keys/{id}/retire": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Publish a key no more
         * @description What it signed no longer verifies for whoever reads the published list.
         */
        post: operations["retireSigningKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        CreateApiKey: {
            name?: string;
            /**
             * @description Test Mode or Production Mode.
             * @enum {string}
             */
            mode: "test" | "production";
            /**
             * @description What the key may touch.
             * @enum {string}
             */
            currency_type: "fiat" | "crypto";
            /** @description `null` is Never Expire. */
            expires_at: string | null;
            /**
             * @default hmac-sha256
             * @enum {string}
             */
            algorithm?: "hmac-sha256" | "ed25519";
            /** @description The 32 bytes of the public half in base64. The private half stays with you. */
            ed25519_public_key?: string;
            scopes?: ("accounts:read" | "accounts:write" | "balances:read" | "transactions:read" | "transactions:write" | "reports:read" | "events:read" | "transaction-logs:read" | "webhook-logs:read" | "test:write" | "api-keys:read" | "api-keys:write" | "webhook-endpoints:read" | "webhook-endpoints:write" | "webhook-logs:write")[];
            /**
             * @description Empty: any address.
             * @example [
             *       "203.0.113.0/24"
             *     ]
             */
            ip_allowlist?: string[];
            rate_limit_per_minute?: number;
        };
        UpdateApiKey: {
            name?: string;
            /** @description `null` is Never Expire. */
            expires_at?: string | null;
            enabled?: boolean;
            scopes?: ("accounts:read" | "accounts:write" | "balances:read" | "transactions:read" | "transactions:write" | "reports:read" | "events:read" | "transaction-logs:read" | "webhook-logs:read" | "test:write" | "api-keys:read" | "api-keys:write" | "webhook-endpoints:read" | "webhook-endpoints:write" | "webhook-logs:write")[];
            /**
             * @description Empty: any address.
             * @example [
             *       "203.0.113.0/24"
             *     ]
             */
            ip_allowlist?: string[];
            rate_limit_per_minute?: number;
        };
        RotateApiKey: {
            /**
             * @description For so long the old secret still verifies.
             * @example 3600
             */
            overlap_seconds: number;
            /** @description The 32 bytes of the public half in base64. The private half stays with you. */
            ed25519_public_key?: string;
        };
        RollBackRotation: {
            /**
             * @description For so long the secret that the rotation made still verifies.
             * @default 0
             */
            overlap_seconds?: number;
        };
        StartCliLogin: {
            /**
             * @description What the computer calls itself.
             * @example ada-laptop
             */
            device_name: string;
            /** @description The 32 bytes of the public half in base64. The private half stays with you. */
            ed25519_public_key: string;
        };
        PollCliLogin: {
            secret: string;
        };
        ConfirmCliLogin: {
            /** @description The code that the person compared. */
            code: string;
            /** @description Of the key; says which computer it is when absent. */
            name?: string;
            /**
             * @description Test Mode or Production Mode.
             * @enum {string}
             */
            mode: "test" | "production";
            /**
             * @description What the key may touch.
             * @enum {string}
             */
            currency_type: "fiat" | "crypto";
            scopes?: ("accounts:read" | "accounts:write" | "balances:read" | "transactions:read" | "transactions:write" | "reports:read" | "events:read" | "transaction-logs:read" | "webhook-logs:read" | "test:write" | "api-keys:read" | "api-keys:write" | "webhook-endpoints:read" | "webhook-endpoints:write" | "webhook-logs:write")[];
            /** @description 90 days from now when absent; `null` is Never Expire. */
            expires_at?: string | null;
        };
        DryRunApiKey: {
            /** @description As they are when absent. */
            scopes?: ("accounts:read" | "accounts:write" | "balances:read" | "transactions:read" | "transactions:write" | "reports:read" | "events:read" | "transaction-logs:read" | "webhook-logs:read" | "test:write" | "api-keys:read" | "api-keys:write" | "webhook-endpoints:read" | "webhook-endpoints:write" | "webhook-logs:write")[];
            /**
             * @description Empty: any address.
             * @example [
             *       "203.0.113.0/24"
             *     ]
             */
            ip_allowlist?: string[];
            /** @description `false` tells what disabling or deleting the key would have refused: everything. */
            enabled?: boolean;
            /**
             * Format: date-time
             * @description 30 days ago when absent.
             * @example 2025-11-23T12:00:00Z
             */
            created_after?: string;
        };
        CreateOperatorKey: {
            name: string;
            scopes: ("operator:verify" | "operator:event-types" | "operator:events" | "operator:workspaces")[];
            /** @description `null` is Never Expire. */
            expires_at: string | null;
            /**
             * @default hmac-sha256
             * @enum {string}
             */
            algorithm?: "hmac-sha256" | "ed25519";
            /** @description The 32 bytes of the public half in base64. The private half stays with you. */
            ed25519_public_key?: string;
            /**
             * @description Empty: any address.
             * @example [
             *       "203.0.113.0/24"
             *     ]
             */
            ip_allowlist?: string[];
            rate_limit_per_minute?: number;
        };
        UpdateOperatorKey: {
            name?: string;
            scopes?: ("operator:verify" | "operator:event-types" | "operator:events" | "operator:workspaces")[];
            /** @description `null` is Never Expire. */
            expires_at?: string | null;
            enabled?: boolean;
            /**
             * @description Empty: any address.
             * @example [
             *       "203.0.113.0/24"
             *     ]
             */
            ip_allowlist?: string[];
            rate_limit_per_minute?: number;
        };
        VerifyRequest: {
            method: string;
            /**
             * @description The Host header as received.
             * @example pay.example.com
             */
            authority: string;
            /**
             * @description Path and query exactly as they stood in the request line: nothing decoded, nothing sorted.
             * @example /orders?page=2
             */
            target: string;
            /** @description Pairs of name and value as received, repeated ones included. */
            headers: [
                string,
                string
            ][];
            /** @description Of the raw body that arrived, in base64; null when there was none. */
            body_digest: {
                "sha-256"?: string;
                "sha-512"?: string;
            } | null;
            /** @description Whom the request came from. */
            client_ip: string;
            /** @enum {string} */
            scheme: "http" | "https";
            /**
             * @description Refuse keys without this scope.
             * @enum {string}
             */
            scope?: "accounts:read" | "accounts:write" | "balances:read" | "transactions:read" | "transactions:write" | "reports:read" | "events:read" | "transaction-logs:read" | "webhook-logs:read" | "test:write" | "api-keys:read" | "api-keys:write" | "webhook-endpoints:read" | "webhook-endpoints:write" | "webhook-logs:write";
            /**
             * @description Refuse keys of the other mode.
             * @enum {string}
             */
            mode?: "test" | "production";
            /**
             * @description Refuse keys of the other currency type.
             * @enum {string}
             */
            currency_type?: "fiat" | "crypto";
        };
        RequestOutcome: {
            status: number;
            /** @description The problem's code, when there was one. */
            code?: string;
            duration_ms: number;
            response_headers?: [
                string,
                string
            ][];
            response_body?: string;
        };
        CreateTransaction: {
            /** @enum {string} */
            type: "deposit" | "payout" | "transfer";
            /**
             * @description Decimal string with at most the decimals of the currency.
             * @example 10.00
             */
            amount: string;
            /** @example USD */
            currency: string;
            /** @description The main account of the currency when absent. */
            account_id?: string | null;
            /** @description Transfers: where the money goes. */
            destination_account_id?: string | null;
            /** @description Payouts: where the money goes. Free text in Test Mode. */
            destination?: string | null;
            /**
             * @description Your own name for it.
             * @example order-1001
             */
            reference?: string | null;
            /**
             * @description Refuse this (409 reference-taken) when a transaction of the account that was created with unique_reference has the same reference, whatever became of it.
             * @example true
             */
            unique_reference?: boolean | null;
            description?: string | null;
            metadata?: {
                [key: string]: string | number | boolean | null;
            } | null;
            /** @description The moment the money counts for, where that is not now. */
            effective_at?: string | null;
            /**
             * @description Members only: outranks Countersign-Mode.
             * @enum {string}
             */
            mode?: "test" | "production";
        };
        UpdateTransaction: {
            /** @description Null takes it away. */
            description?: string | null;
            /**
             * @description Replaces all of it; null takes it away.
             * @example {
             *       "order": "A-1"
             *     }
             */
            metadata?: {
                [key: string]: string | number | boolean | null;
            } | null;
        };
        RefundTransaction: {
            /**
             * @description What goes back; all that is left when absent.
             * @example 4.00
             */
            amount?: string | null;
            /**
             * @description Your own name for it.
             * @example refund-1001
             */
            reference?: string | null;
            description?: string | null;
            metadata?: {
                [key: string]: string | number | boolean | null;
            } | null;
        };
        CreateAccount: {
            /** @example USD */
            currency: string;
            name?: string | null;
            metadata?: {
                [key: string]: string | number | boolean | null;
            } | null;
        };
        UpdateAccount: {
            /**
             * @description Null takes it away.
             * @example Reserve
             */
            name?: string | null;
            /**
             * @description Replaces all of it; null takes it away.
             * @example {
             *       "branch": "A-1"
             *     }
             */
            metadata?: {
                [key: string]: string | number | boolean | null;
            } | null;
        };
        SetFeeRule: {
            /**
             * @description Part of every fee. Needs a currency.
             * @default 0
             * @example 0.30
             */
            fixed?: string;
            /**
             * @description Hundredths of a percent of the amount, rounded half up to the smallest unit.
             * @default 0
             * @example 150
             */
            basis_points?: number;
            /**
             * @description No fee is less. Needs a currency.
             * @default 0
             * @example 0.50
             */
            minimum?: string;
        };
        TestFailure: {
            /**
             * @default declined
             * @enum {string}
             */
            code?: "account_closed" | "account_not_found" | "declined" | "payer_insufficient_funds" | "compliance_refused" | "limit_exceeded" | "account_blocked" | "wrong_details" | "network_unavailable";
            /** @description In place of the usual words for the code. */
            message?: string;
        };
        TestReturn: {
            /**
             * @default account_closed
             * @enum {string}
             */
            code?: "account_closed" | "account_not_found" | "declined" | "payer_insufficient_funds" | "compliance_refused" | "limit_exceeded" | "account_blocked" | "wrong_details" | "network_unavailable";
            /** @description In place of the usual words for the code. */
            message?: string;
        };
        ChangeTestClock: {
            /**
             * @description Sets the clock forward by so much, whether it runs or stands still; a year at most.
             * @example 3600
             */
            advance_seconds?: number;
            /** @description Stops the clock at this time, which lies ahead of it; a time of the last minute stops it where it is. null lets it run again. */
            frozen_at?: string | null;
        };
        RailInput: {
            /**
             * @default manual
             * @constant
             */
            name?: "manual";
            /** @enum {string} */
            currency_type: "fiat" | "crypto";
            enabled: boolean;
            /** @description Stays as it is when absent; null or empty removes it. */
            deposit_instructions?: string | null;
        };
        CreateWebhookEndpoint: {
            url: string;
            /** @default null */
            description?: string | null;
            /**
             * @description `["*"]` stands for every type.
             * @example [
             *       "transaction.completed"
             *     ]
             */
            event_types: ("*" | string)[];
            currency_type?: ("fiat" | "crypto") | null;
            /**
             * @description Sent with every webhook; stored sealed and never shown again.
             * @example {
             *       "x-api-key": "…"
             *     }
             */
            headers?: {
                [key: string]: string;
            };
            /**
             * @description `v1` is the HMAC of the endpoint’s secret; `v1a` the platform’s Ed25519 key, published at `/.well-known/webhook-keys`.
             * @example [
             *       "v1",
             *       "v1a"
             *     ]
             */
            signature_schemes?: ("v1" | "v1a")[];
            /**
             * @description `full`: `data` is the object as it was when it happened. `thin`: `data` is `{"id": …}` alone, for receivers that fetch the object and shall not keep its contents.
             * @default full
             * @enum {string}
             */
            payload?: "full" | "thin";
            /**
             * @description `none`: as fast as they can be sent. `object`: the events of one transaction or account in order, each once the one before is delivered or has failed for good; other objects do not wait.
             * @default none
             * @enum {string}
             */
            ordering?: "none" | "object";
            /** @default true */
            enabled?: boolean;
            /** @enum {string} */
            mode?: "test" | "production";
        };
        UpdateWebhookEndpoint: {
            url?: string;
            description?: string | null;
            /**
             * @description `["*"]` stands for every type.
             * @example [
             *       "transaction.completed"
             *     ]
             */
            event_types?: ("*" | string)[];
            currency_type?: ("fiat" | "crypto") | null;
            /**
             * @description Sent with every webhook; stored sealed and never shown again.
             * @example {
             *       "x-api-key": "…"
             *     }
             */
            headers?: {
                [key: string]: string;
            };
            /**
             * @description `v1` is the HMAC of the endpoint’s secret; `v1a` the platform’s Ed25519 key, published at `/.well-known/webhook-keys`.
             * @example [
             *       "v1",
             *       "v1a"
             *     ]
             */
            signature_schemes?: ("v1" | "v1a")[];
            /**
             * @description `full`: `data` is the object as it was when it happened. `thin`: `data` is `{"id": …}` alone, for receivers that fetch the object and shall not keep its contents.
             * @enum {string}
             */
            payload?: "full" | "thin";
            /**
             * @description `none`: as fast as they can be sent. `object`: the events of one transaction or account in order, each once the one before is delivered or has failed for good; other objects do not wait.
             * @enum {string}
             */
            ordering?: "none" | "object";
            enabled?: boolean;
        };
        RotateWebhookSecret: {
            /** @default 86400 */
            overlap_seconds?: number;
        };
        PingWebhookEndpoint: {
            /** @default webhook_endpoint.ping */
            event_type?: string;
        };
        RecoverWebhookEndpoint: {
            /**
             * Format: date-time
             * @description RFC 3339
             * @example 2025-11-23T12:00:00Z
             */
            since: string;
            /**
             * Format: date-time
             * @description RFC 3339
             * @example 2025-11-23T12:00:00Z
             */
            until?: string;
            /**
             * @description Only counts.
             * @default false
             */
            dry_run?: boolean;
        };
        CreateWebhookListener: {
            /** @description Where the listener sends events on to; shown in Webhook Logs. */
            forward_to: string;
            /**
             * @description `["*"]` stands for every type.
             * @example [
             *       "transaction.completed"
             *     ]
             */
            event_types?: ("*" | string)[];
            /** @description The last event that an earlier listener saw: those after it, a thousand at most, follow. */
            after_event_id?: string;
        };
        WebhookListenerAttempt: {
            event_id: string;
            /** @description As the delivery named it. */
            number: number;
            /**
             * Format: date-time
             * @description RFC 3339
             * @example 2025-11-23T12:00:00Z
             */
            at: string;
            duration_ms: number;
            /** @description Pairs of name and value. */
            request_headers: [
                string,
                string
            ][];
            status_code: number | null;
            response_headers: [
                string,
                string
            ][] | null;
            /** @description The first 64 KiB in base64. */
            response_body: string | null;
            response_truncated: boolean;
            error: ("timeout" | "refused" | "dns" | "connection") | null;
            error_detail: string | null;
        };
        TriggerEvent: {
            event_type: string;
        };
        ReconcileInput: {
            /**
             * @description `full`: every entry from the first one, after ten times as long as the last one took: five minutes at least, a day at most. `incremental`: what was written since it was last proved, every five minutes.
             * @default full
             * @enum {string}
             */
            kind?: "full" | "incremental";
        };
        SetupInput: {
            name: string;
            /** Format: email */
            email: string;
            password: string;
            workspace_name?: string;
            /** @description From the link that the first start prints. */
            token: string;
        };
        RotateSigningKey: {
            /**
             * @description `receipts` signs answers to requests, `webhooks` makes the `v1a` signatures of webhooks.
             * @enum {string}
             */
            purpose: "receipts" | "webhooks";
        };
        SettleInput: {
            /**
             * @description The bank's reference or the hash on the chain; every transaction has its own.
             * @example NL-2025-11-23-000417
             */
            reference: string;
            /**
             * @description Of a deposit: what came, where that is not what was announced. It is what is booked.
             * @example 95.00
             */
            amount?: string;
        };
        FailInput: {
            /**
             * @description The customer reads it.
             * @example The bank returned the money.
             */
            reason: string;
            /**
             * @description For programs; the codes of Test Mode fit.
             * @default declined
             */
            code?: string;
        };
        CorrectInput: {
            /**
             * @description `credit` gives to the account, `debit` takes from it.
             * @enum {string}
             */
            direction: "credit" | "debit";
            /** @example 900.00 */
            amount: string;
            /**
             * @description The customer reads it.
             * @example Booked 1000.00 in place of 100.00.
             */
            reason: string;
            /**
             * @description What shows it: a ticket, a line of the statement. Every transaction has its own.
             * @example TICKET-4711
             */
            reference: string;
        };
        ReturnSettledInput: {
            /**
             * @description Under which it came back.
             * @example NL-2025-11-25-000012
             */
            reference: string;
            /**
             * @description The customer reads it.
             * @example The account is closed.
             */
            reason: string;
            /**
             * @description For programs; the codes of Test Mode fit.
             * @default account_closed
             */
            code?: string;
            /**
             * @description What came back, where the bank kept some of it.
             * @example 97.50
             */
            amount?: string;
        };
        SettleManyInput: {
            items: {
                transaction_id: string;
                /**
                 * @description The bank's reference or the hash on the chain; every transaction has its own.
                 * @example NL-2025-11-23-000417
                 */
                reference: string;
                /**
                 * @description Of a deposit: what came, where that is not what was announced. It is what is booked.
                 * @example 95.00
                 */
                amount?: string;
            }[];
            /**
             * @description What you confirm: the sum for each currency, in any order. When it is not the sum of what would be settled, nothing is, and the answer says `totals`.
             * @example [
             *       {
             *         "currency": "EUR",
             *         "amount": "350.00"
             *       }
             *     ]
             */
            totals: {
                currency: string;
                amount: string;
            }[];
        };
        FailManyInput: {
            /**
             * @description The customer reads it.
             * @example The bank returned the money.
             */
            reason: string;
            /**
             * @description For programs; the codes of Test Mode fit.
             * @default declined
             */
            code?: string;
            transaction_ids: string[];
            /**
             * @description What you confirm: the sum for each currency, in any order. When it is not the sum of what would be settled, nothing is, and the answer says `totals`.
             * @example [
             *       {
             *         "currency": "EUR",
             *         "amount": "350.00"
             *       }
             *     ]
             */
            totals: {
                currency: string;
                amount: string;
            }[];
        };
        MatchStatementInput: {
            /**
             * @description The file as text: a line with the names of the columns, then at most 1000 lines.
             * @example date,amount,currency,reference,text
             *     2025-11-23,250.00,EUR,NL-417,RF02 4172 0395 8816
             */
            csv: string;
            /**
             * @description Where the file names none.
             * @example EUR
             */
            currency?: string;
            /**
             * @description What stands before the decimals. It is never guessed.
             * @default .
             * @enum {string}
             */
            decimal_mark?: "." | ",";
        };
        RecordUnmatchedDeposit: {
            /** @example EUR */
            currency: string;
            /** @example 250.00 */
            amount: string;
            /**
             * @description What the bank or the chain calls it; every settled transaction has its own.
             * @example NL-2025-11-23-000418
             */
            reference: string;
            /** @example J. Doe, NL00 BANK 0123 4567 89 */
            sender?: string | null;
            /** @example invoice 1001 */
            text?: string | null;
            /**
             * Format: date-time
             * @description RFC 3339
             * @example 2025-11-23T12:00:00Z
             */
            received_at?: string;
        };
        MatchUnmatchedDeposit: {
            /** @description A deposit that somebody announced: it completes, with what came. */
            transaction_id?: string;
            /** @description A workspace that announced none: a deposit is made for it. */
            workspace_id?: string;
            /** @description Of the workspace; its main account of the currency when absent. */
            account_id?: string;
        };
        ReturnUnmatchedDeposit: {
            /**
             * @description Where it goes back to.
             * @example NL00 BANK 0123 4567 89
             */
            destination: string;
            /** @example Nobody knows the sender. */
            reason: string;
        };
        SentRequest: {
            method: string;
            /**
             * @description Path and query as sent.
             * @example /v1/accounts?limit=1
             */
            target: string;
            headers: {
                name: string;
                value: string;
            }[];
            body?: string;
            /**
             * Format: date-time
             * @description When it was sent; now when absent.
             */
            received_at?: string;
        };
        DeclareEventType: {
            /**
             * @description Two to four words joined by dots; the first is not one of Countersign’s own.
             * @example card.issued
             */
            type: string;
            description: string;
            /**
             * @description JSON Schema (2020-12) of `data`: type, properties, required, additionalProperties, items, enum, const, allOf, anyOf, oneOf and the limits of numbers, lengths and counts. At most 32 KiB and 10 levels; no `pattern`, no `$ref`.
             * @example {
             *       "type": "object",
             *       "properties": {
             *         "card_id": {
             *           "type": "string"
             *         },
             *         "last_four": {
             *           "type": "string"
             *         }
             *       },
             *       "required": [
             *         "card_id"
             *       ]
             *     }
             */
            schema: {
                [key: string]: unknown;
            };
            /**
             * @description An example of `data`, which pings send.
             * @example {
             *       "card_id": "card_123",
             *       "last_four": "4242"
             *     }
             */
            example: {
                [key: string]: unknown;
            };
        };
        RedeclareEventType: {
            description?: string;
            /**
             * @description JSON Schema (2020-12) of `data`: type, properties, required, additionalProperties, items, enum, const, allOf, anyOf, oneOf and the limits of numbers, lengths and counts. At most 32 KiB and 10 levels; no `pattern`, no `$ref`.
             * @example {
             *       "type": "object",
             *       "properties": {
             *         "card_id": {
             *           "type": "string"
             *         },
             *         "last_four": {
             *           "type": "string"
             *         }
             *       },
             *       "required": [
             *         "card_id"
             *       ]
             *     }
             */
            schema?: {
                [key: string]: unknown;
            };
            /**
             * @description An example of `data`, which pings send.
             * @example {
             *       "card_id": "card_123",
             *       "last_four": "4242"
             *     }
             */
            example?: {
                [key: string]: unknown;
            };
        };
        PublishEvent: {
            /** @example wks_01kasqf0000000000000000000 */
            workspace_id: string;
            /** @enum {string} */
            mode: "test" | "production";
            /** @example card.issued */
            type: string;
            /**
             * @description null: it concerns neither, and every endpoint may get it.
             * @default null
             */
            currency_type?: ("fiat" | "crypto") | null;
            /**
             * @description What it happened to: its events are counted in `sequence`, and it is the id in thin payloads. The event itself when absent.
             * @example card_123
             */
            object_id?: string;
            /**
             * @description Fits the declared schema; at most 64 KiB.
             * @example {
             *       "card_id": "card_123"
             *     }
             */
            data: {
                [key: string]: unknown;
            };
        };
        CreateWebhookReplay: {
            /**
             * Format: date-time
             * @description RFC 3339
             * @example 2025-11-23T12:00:00Z
             */
            created_after: string;
            /**
             * Format: date-time
             * @description Now, when it is left out or later.
             * @example 2025-11-23T12:00:00Z
             */
            created_before?: string;
            event_type?: string;
            /**
             * @description What became of the deliveries; any of the three without it.
             * @enum {string}
             */
            status?: "delivered" | "failed" | "skipped";
            object_id?: string;
            /**
             * @description Deliveries a second at most.
             * @default 20
             */
            rate_per_second?: number;
            /**
             * @description Only counts.
             * @default false
             */
            dry_run?: boolean;
        };
        WorkspacePatch: {
            name?: string;
            legal_name?: string | null;
            country?: string | null;
            website?: string | null;
            contact_email?: string | null;
            description?: string | null;
        };
        CreateInvitation: {
            /** Format: email */
            email: string;
            /**
             * @description From least to most: viewer, developer, admin, owner.
             * @enum {string}
             */
            role: "viewer" | "developer" | "admin" | "owner";
            /**
             * @description Mail the link to the address; with `false` you send it yourself.
             * @default true
             */
            send_mail?: boolean;
        };
        ActivationDecision: {
            /** @description The workspace reads it on its Activation page and in its audit log. */
            reason?: string | null;
        };
        ActivationRefusal: {
            /** @description The workspace reads it, and so do its owners by mail. */
            reason: string;
        };
        SuspensionInput: {
            /** @description Members read it, and owners get it by mail. */
            reason: string;
        };
        SignatureGrade: {
            /** @description Whether another route would take the signature. */
            verifies: boolean;
            /** @description The code that another route would refuse it with. */
            code: string | null;
            detail: string | null;
            likely_cause: string | null;
            likely_cause_code: string | null;
            remedy: string | null;
            /** @description The checks in their order; the first that fails is the last. */
            steps: {
                /** @enum {string} */
                name: "headers" | "parse" | "target" | "body" | "coverage" | "base" | "time" | "key" | "authority" | "algorithm" | "signature" | "digest" | "nonce" | "connection";
                /** @enum {string} */
                status: "passed" | "failed" | "not_reached";
                detail: string;
            }[];
            /** @description What the signature says, once it can be read. */
            signature: {
                label: string;
                components: string[];
                parameters: {
                    created: number;
                    expires: number | null;
                    nonce: string;
                    keyid: string;
                    alg: string | null;
                    tag: string | null;
                };
            } | null;
            /** @description What is covered, with the values that arrived. */
            components: {
                name: string;
                value: string;
            }[] | null;
            /** @description The text that the server verifies against. */
            signature_base: string | null;
            /** @description Which version of the secret signed; null where none did. */
            secret_version: number | null;
            /** Format: date-time */
            server_time: string;
            /** @description How far created is ahead of the server's clock; negative: behind. */
            skew_seconds: number | null;
        };
        Problem: {
            /**
             * Format: uri
             * @description A page that explains the problem.
             */
            type: string;
            title: string;
            status: number;
            detail: string;
            /** @enum {string} */
            code: "invalid-json" | "invalid-request" | "invalid-input" | "body-not-allowed" | "body-too-large" | "headers-too-large" | "content-encoding-unsupported" | "content-type-unsupported" | "request-timeout" | "method-not-allowed" | "not-found" | "signature-missing" | "signature-malformed" | "signature-expired" | "signature-invalid" | "signature-replayed" | "digest-mismatch" | "key-unknown" | "key-expired" | "key-disabled" | "key-revoked" | "session-required" | "password-incorrect" | "password-too-short" | "password-too-long" | "email-taken" | "link-invalid" | "two-factor-code-invalid" | "two-factor-expired" | "two-factor-required" | "sign-in-failed" | "setup-token-invalid" | "ip-not-allowed" | "scope-missing" | "currency-type-mismatch" | "mode-mismatch" | "workspace-mismatch" | "https-required" | "role-missing" | "member-required" | "operator-required" | "origin-not-allowed" | "forward-auth-refused" | "forwarding-off" | "production-locked" | "workspace-suspended" | "sign-up-closed" | "invitation-invalid" | "idempotency-key-missing" | "idempotency-key-reused" | "idempotency-key-in-use" | "conflict" | "key-not-changeable" | "last-owner" | "already-member" | "already-invited" | "limit-reached" | "currency-unknown" | "insufficient-funds" | "key-required" | "transaction-not-cancelable" | "transaction-ended" | "transaction-not-refundable" | "refund-exceeds-amount" | "reference-taken" | "transaction-not-returnable" | "fee-exceeds-amount" | "type-not-offered" | "rail-call-refused" | "rail-unavailable" | "webhook-target-refused" | "rate-limited" | "too-many-at-once" | "too-many-failures" | "service-unavailable" | "internal-error";
            request_id: string;
            errors?: {
                /** @description JSON Pointer (RFC 6901). */
                pointer: string;
                message: string;
            }[];
            /** Format: date-time */
            server_time?: string;
            skew_seconds?: number | null;
            likely_cause?: string;
            likely_cause_code?: string;
            /** @description What to do about the likely cause. */
            remedy?: string;
            /** @description The text that the server expected to be signed. */
            signature_base?: string;
        };
        ApiKey: {
            /** @example key_01kasqf0000000000000000000 */
            id: string;
            name: string;
            /** @description Identifies the key; sent as `keyid`. */
            public_key: string;
            /**
             * @description Test Mode or Production Mode.
             * @enum {string}
             */
            mode: "test" | "production";
            /**
             * @description What the key may touch.
             * @enum {string}
             */
            currency_type: "fiat" | "crypto";
            /** @enum {string} */
            algorithm: "hmac-sha256" | "ed25519";
            /**
             * @description Derived; `expiring` is within 7 days of its expiry.
             * @enum {string}
             */
            status: "active" | "expiring" | "expired" | "disabled" | "revoked";
            enabled: boolean;
            scopes: ("accounts:read" | "accounts:write" | "balances:read" | "transactions:read" | "transactions:write" | "reports:read" | "events:read" | "transaction-logs:read" | "webhook-logs:read" | "test:write" | "api-keys:read" | "api-keys:write" | "webhook-endpoints:read" | "webhook-endpoints:write" | "webhook-logs:write")[];
            ip_allowlist: string[];
            rate_limit_per_minute: number;
            expires_at: string | null;
            /**
             * Format: date-time
             * @example 2025-11-23T12:00:00.000Z
             */
            created_at: string;
            created_by: {
                /** @enum {string} */
                kind: "member" | "key";
                id: string;
                name: string;
            };
            last_used_at: string | null;
            last_used_ip: string | null;
            /** @description Counts rotations, from 1. */
            secret_version: number;
            rotated_at: string | null;
            /** @description Until then the secret before the last rotation still verifies. */
            previous_secret_expires_at: string | null;
            /** @description The current secret is 90 days old then: time to rotate it. `null` once revoked. */
            rotation_due_at: string | null;
            revoked_at: string | null;
            ed25519_public_key: string | null;
        };
        ApiKeyWithSecret: {
            /** @example key_01kasqf0000000000000000000 */
            id: string;
            name: string;
            /** @description Identifies the key; sent as `keyid`. */
            public_key: string;
            /**
             * @description Test Mode or Production Mode.
             * @enum {string}
             */
            mode: "test" | "production";
            /**
             * @description What the key may touch.
             * @enum {string}
             */
            currency_type: "fiat" | "crypto";
            /** @enum {string} */
            algorithm: "hmac-sha256" | "ed25519";
            /**
             * @description Derived; `expiring` is within 7 days of its expiry.
             * @enum {string}
             */
            status: "active" | "expiring" | "expired" | "disabled" | "revoked";
            enabled: boolean;
            scopes: ("accounts:read" | "accounts:write" | "balances:read" | "transactions:read" | "transactions:write" | "reports:read" | "events:read" | "transaction-logs:read" | "webhook-logs:read" | "test:write" | "api-keys:read" | "api-keys:write" | "webhook-endpoints:read" | "webhook-endpoints:write" | "webhook-logs:write")[];
            ip_allowlist: string[];
            rate_limit_per_minute: number;
            expires_at: string | null;
            /**
             * Format: date-time
             * @example 2025-11-23T12:00:00.000Z
             */
            created_at: string;
            created_by: {
                /** @enum {string} */
                kind: "member" | "key";
                id: string;
                name: string;
            };
            last_used_at: string | null;
            last_used_ip: string | null;
            /** @description Counts rotations, from 1. */
            secret_version: number;
            rotated_at: string | null;
            /** @description Until then the secret before the last rotation still verifies. */
            previous_secret_expires_at: string | null;
            /** @description The current secret is 90 days old then: time to rotate it. `null` once revoked. */
            rotation_due_at: string | null;
            revoked_at: string | null;
            ed25519_public_key: string | null;
            /** @description Shown this one time. `null` for Ed25519 keys and when the answer is replayed. */
            secret_key: string | null;
        };
        ApiKeyCallers: {
            /** @description The newest five versions of the secret, newest first. */
            secrets: {
                version: number;
                /**
                 * @description `overlap`: it still verifies.
                 * @enum {string}
                 */
                status: "current" | "overlap" | "retired";
                /**
                 * Format: date-time
                 * @example 2025-11-23T12:00:00.000Z
                 */
                created_at: string;
                /** @description `null` for the current one. */
                verifies_until: string | null;
                last_used_at: string | null;
                request_count: number;
            }[];
            /** @description Who signed with which version, the latest first. Kept for 90 days. */
            data: {
                secret_version: number;
                /** @description `null`: all callers beyond the 50 that are told apart. */
                ip: string | null;
                user_agent: string | null;
                /**
                 * Format: date-time
                 * @example 2025-11-23T12:00:00.000Z
                 */
                first_used_at: string;
                /**
                 * Format: date-time
                 * @example 2025-11-23T12:00:00.000Z
                 */
                last_used_at: string;
                request_count: number;
            }[];
        };
        Me: {
            /** @constant */
            kind: "key";
            /**
             * @description Test Mode or Production Mode.
             * @enum {string}
             */
            mode: "test" | "production";
            /**
             * @description What the key may touch.
             * @enum {string}
             */
            currency_type: "fiat" | "crypto";
            public_key: string;
            key: {
                id: string;
                name: string;
                public_key: string;
                secret_version: number;
            };
            workspace: {
                id: string;
                name: string;
            };
            scopes: ("accounts:read" | "accounts:write" | "balances:read" | "transactions:read" | "transactions:write" | "reports:read" | "events:read" | "transaction-logs:read" | "webhook-logs:read" | "test:write" | "api-keys:read" | "api-keys:write" | "webhook-endpoints:read" | "webhook-endpoints:write" | "webhook-logs:write")[];
            expires_at: string | null;
            /**
             * Format: date-time
             * @example 2025-11-23T12:00:00.000Z
             */
            server_time: string;
        } | {
            /** @constant */
            kind: "member";
            /**
             * @description Test Mode or Production Mode.
             * @enum {string}
             */
            mode: "test" | "production";
            user: {
                id: string;
                name: string;
                email: string;
                email_verified: boolean;
                two_factor_enabled: boolean;
            };
            workspace: {
                id: string;
                name: string;
            };
            /** @description Why the platform has stopped the workspace: it can be read, and nothing changed. */
            suspension: {
                reason: string;
                /**
                 * Format: date-time
                 * @example 2025-11-23T12:00:00.000Z
                 */
                suspended_at: string;
            } | null;
            /** @enum {string} */
            role: "viewer" | "developer" | "admin" | "owner";
            is_operator: boolean;
            workspaces: {
                id: string;
                name: string;
                /** @enum {string} */
                role: "viewer" | "developer" | "admin" | "owner";
            }[];
            /**
             * Format: date-time
             * @example 2025-11-23T12:00:00.000Z
             */
            server_time: string;
        };
        StartedCliLogin: {
            id: string;
            /**
             * @description Stands in the terminal and on the page: a person confirms only where the two agree.
             * @example BCDF-GHJK
             */
            code: string;
            /** @description Where a signed-in person confirms or refuses. */
            url: string;
            /** @description Asks what became of it. Shown this one time. */
            secret: string;
            /** @description How long to wait between two questions. */
            interval_seconds: number;
            /**
             * Format: date-time
             * @example 2025-11-23T12:00:00.000Z
             */
            expires_at: string;
        };
        PolledCliLogin: {
            /**
             * @description What a person decided; `expired` when nobody did in time. `abandoned`: confirmed, but the command line did not acknowledge its key in time, and the key was revoked.
             * @enum {string}
             */
            status: "pending" | "confirmed" | "refused" | "expired" | "abandoned";
            /** @description Of the API key that was made; `null` until the login is confirmed. */
            public_key: string | null;
            interval_seconds: number;
            /** @description By then the command line has to acknowledge that it has stored its key, or the key is revoked. `null` where there is nothing to acknowledge. */
            acknowledge_by: string | null;
        };
        CliLogin: {
            /** @example cli_01kasqf0000000000000000000 */
            id: string;
            /**
             * @description Stands in the terminal and on the page: a person confirms only where the two agree.
             * @example BCDF-GHJK
             */
            code: string;
            /**
             * @description What a person decided; `expired` when nobody did in time. `abandoned`: confirmed, but the command line did not acknowledge its key in time, and the key was revoked.
             * @enum {string}
             */
            status: "pending" | "confirmed" | "refused" | "expired" | "abandoned";
            device_name: string;
            /** @description The address that asked. */
            ip: string;
            /**
             * Format: date-time
             * @example 2025-11-23T12:00:00.000Z
             */
            created_at: string;
            /**
             * Format: date-time
             * @example 2025-11-23T12:00:00.000Z
             */
            expires_at: string;
            api_key_id: string | null;
            /** @description The command line has stored its key. */
            acknowledged: boolean;
        };
        /** @description How much of the Transaction Logs the answer was read from. */
        ReadOfLogs: {
            /**
             * Format: date-time
             * @example 2025-11-23T12:00:00.000Z
             */
            since: string;
            /**
             * Format: date-time
             * @example 2025-11-23T12:00:00.000Z
             */
            until: string;
            /** @description How many logged requests were read. */
            request_count: number;
            /** @description Whether these were all of the time; else the newest of each route, about 20 000 together. */
            is_complete: boolean;
        };
        ApiKeyDryRun: {
            read: components["schemas"]["ReadOfLogs"];
            /** @description Requests that were accepted and would have been refused. */
            refused_count: number;
            /** @description `false`: at least so many, because not all requests were read. */
            is_exact: boolean;
            /** @description Requests of which the logs do not tell: what went to other services of the platform, and what hands scopes on to other keys. */
            undecided_count: number;
            /** @description By route and address, the latest first; at most 50. */
            refused: {
                /** @enum {string} */
                code: "key-disabled" | "ip-not-allowed" | "scope-missing";
                /** @description The scopes that would be missing. */
                scopes: string[];
                method: string;
                /** @example /v1/transactions/txn_* */
                path_pattern: string;
                ip: string | null;
                request_count: number;
                last_request_id: string;
                /**
                 * Format: date-time
                 * @example 2025-11-23T12:00:00.000Z
                 */
                last_at: string;
            }[];
            /** @description How many routes and addresses more there are. */
            refused_left_off: number;
        };
        ApiKeySuggestions: {
            read: components["schemas"]["ReadOfLogs"];
            scopes: {
                held: ("accounts:read" | "accounts:write" | "balances:read" | "transactions:read" | "transactions:write" | "reports:read" | "events:read" | "transaction-logs:read" | "webhook-logs:read" | "test:write" | "api-keys:read" | "api-keys:write" | "webhook-endpoints:read" | "webhook-endpoints:write" | "webhook-logs:write")[];
                used: {
                    scope: string;
                    request_count: number;
                    /** @description `null`: not among the requests read. */
                    last_used_at: string | null;
                }[];
                suggested: ("accounts:read" | "accounts:write" | "balances:read" | "transactions:read" | "transactions:write" | "reports:read" | "events:read" | "transaction-logs:read" | "webhook-logs:read" | "test:write" | "api-keys:read" | "api-keys:write" | "webhook-endpoints:read" | "webhook-endpoints:write" | "webhook-logs:write")[] | null;
                /** @description Why nothing is suggested. `too-few-requests`: fewer than 100, or the first is less than 7 days old. `needs-unknown`: some went where the logs do not tell what they need. `grants-scopes`: the key makes or renews other keys, which takes the scopes of theirs. `many-addresses`: more than are told apart. */
                reason: ("too-few-requests" | "needs-unknown" | "grants-scopes" | "many-addresses" | "nothing-to-tighten") | null;
            };
            ip_allowlist: {
                held: string[];
                used: {
                    ip: string;
                    request_count: number;
                    /**
                     * Format: date-time
                     * @example 2025-11-23T12:00:00.000Z
                     */
                    last_used_at: string;
                }[];
                /** @description Addresses of IPv6 as their /64, in which they change. */
                suggested: string[] | null;
                /** @description Why nothing is suggested. `too-few-requests`: fewer than 100, or the first is less than 7 days old. `needs-unknown`: some went where the logs do not tell what they need. `grants-scopes`: the key makes or renews other keys, which takes the scopes of theirs. `many-addresses`: more than are told apart. */
                reason: ("too-few-requests" | "needs-unknown" | "grants-scopes" | "many-addresses" | "nothing-to-tighten") | null;
            };
        };
        /** @description A key of the platform itself, for the platform's own services. */
        OperatorKey: {
            /** @example opk_01kasqf0000000000000000000 */
            id: string;
            name: string;
            /** @description Identifies the key; sent as `keyid`. */
            public_key: string;
            /** @enum {string} */
            algorithm: "hmac-sha256" | "ed25519";
            /** @enum {string} */
            status: "active" | "expiring" | "expired" | "disabled" | "revoked";
            enabled: boolean;
            scopes: ("operator:verify" | "operator:event-types" | "operator:events" | "operator:workspaces")[];
            ip_allowlist: string[];
            rate_limit_per_minute: number;
            expires_at: string | null;
            /**
             * Format: date-time
             * @example 2025-11-23T12:00:00.000Z
             */
            created_at: string;
            created_by: {
                id: string;
                name: string;
            };
            last_used_at: string | null;
            last_used_ip: string | null;
            secret_version: number;
            rotated_at: string | null;
            previous_secret_expires_at: string | null;
            revoked_at: string | null;
            ed25519_public_key: string | null;
        };
        OperatorKeyWithSecret: {
            /** @example opk_01kasqf0000000000000000000 */
            id: string;
            name: string;
            /** @description Identifies the key; sent as `keyid`. */
            public_key: string;
            /** @enum {string} */
            algorithm: "hmac-sha256" | "ed25519";
            /** @enum {string} */
            status: "active" | "expiring" | "expired" | "disabled" | "revoked";
            enabled: boolean;
            scopes: ("operator:verify" | "operator:event-types" | "operator:events" | "operator:workspaces")[];
            ip_allowlist: string[];
            rate_limit_per_minute: number;
            expires_at: string | null;
            /**
             * Format: date-time
             * @example 2025-11-23T12:00:00.000Z
             */
            created_at: string;
            created_by: {
                id: string;
                name: string;
            };
            last_used_at: string | null;
            last_used_ip: string | null;
            secret_version: number;
            rotated_at: string | null;
            previous_secret_expires_at: string | null;
            revoked_at: string | null;
            ed25519_public_key: string | null;
            /** @description Shown this one time. `null` for Ed25519 keys and when the answer is replayed. */
            secret_key: string | null;
        };
        VerifiedRequest: {
            /** @constant */
            verified: true;
            /** @description The row in the Transaction Logs; send the outcome to it. */
            request_id: string;
            workspace_id: string;
            key: {
                id: string;
                public_key: string;
                name: string;
                secret_version: number;
            };
            /** @enum {string} */
            mode: "test" | "production";
            /** @enum {string} */
            currency_type: "fiat" | "crypto";
            scopes: string[];
            /** @description To add to your answer: Request-Id, RateLimit, RateLimit-Policy. */
            headers: string[][];
        } | {
            /** @constant */
            verified: false;
            request_id: string;
            problem: {
                status: number;
                headers: string[][];
                /** @description The problem (RFC 9457) to answer with, as it is. */
                body: {
                    [key: string]: unknown;
                };
            };
        };
        Currency: {
            /**
             * @description ISO 4217 for fiat, the ticker for crypto.
             * @example USD
             */
            code: string;
            /** @example US Dollar */
            name: string;
            /** @enum {string} */
            type: "fiat" | "crypto";
            /**
             * @description How many digits an amount may have after the point.
             * @example 2
             */
            decimals: number;
            /**
             * @description Three digits of ISO 4217; null for crypto.
             * @example 840
             */
            numeric_code: string | null;
        };
        Transaction: {
            /** @example txn_01kasqf0000000000000000001 */
            id: string;
            /** @enum {string} */
            type: "deposit" | "payout" | "transfer" | "refund" | "return" | "correction";
            /** @enum {string} */
            status: "pending" | "processing" | "completed" | "failed" | "canceled" | "expired";
            /**
             * @description Decimal string with all decimals of the currency.
             * @example 10.00
             */
            amount: string;
            /** @example USD */
            currency: string;
            /** @enum {string} */
            currency_type: "fiat" | "crypto";
            /** @enum {string} */
            mode: "test" | "production";
            /** @example acc_01kasqf0000000000000000001 */
            account_id: string;
            destination_account_id: string | null;
            destination: string | null;
            reference: string | null;
            description: string | null;
            metadata: {
                [key: string]: string | number | boolean | null;
            };
            /** @description The transaction this one refunds, returns or corrects. */
            linked_transaction_id: string | null;
            /**
             * @description What refunds and returns took back of it, those under way included.
             * @example 10.00
             */
            refunded: string;
            /**
             * @description What it costs when it completes: out of a deposit, on top of what leaves. Not given back by a refund.
             * @example 10.00
             */
            fee: string;
            failure: {
                code: string;
                message: string;
            } | null;
            /** @description Counts the transactions of this workspace and mode. */
            sequence: number;
            /** @description The request that created it: its row in Transaction Logs. */
            request_id: string | null;
            /**
             * Format: date-time
             * @example 2025-11-23T12:00:00.000Z
             */
            effective_at: string;
            /**
             * Format: date-time
             * @example 2025-11-23T12:00:00.000Z
             */
            created_at: string;
            /**
             * Format: date-time
             * @example 2025-11-23T12:00:00.000Z
             */
            updated_at: string;
            completed_at: string | null;
            /** @description When its hold is let go if nobody has settled it; null where that does not happen by itself. */
            expires_at: string | null;
            announced_amount: string | null;
        };
        Account: {
            /** @example acc_01kasqf0000000000000000001 */
            id: string;
            name: string | null;
            /** @description The account that transactions use when they name none. */
            is_main: boolean;
            /** @example USD */
            currency: string;
            /** @enum {string} */
            currency_type: "fiat" | "crypto";
            /** @enum {string} */
            mode: "test" | "production";
            /**
             * @description What has been booked.
             * @example 10.00
             */
            posted: string;
            /**
             * @description Announced and not here yet.
             * @example 10.00
             */
            pending_in: string;
            /**
             * @description Held for payouts that are under way.
             * @example 10.00
             */
            pending_out: string;
            /**
             * @description What can be spent now: posted less pending_out.
             * @example 10.00
             */
            available: string;
            /** @description The number of its entries. */
            version: number;
            metadata: {
                [key: string]: string | number | boolean | null;
            };
            /**
             * Format: date-time
             * @example 2025-11-23T12:00:00.000Z
             */
            created_at: string;
        };
        Entry: {
            /** @example acc_01kasqf0000000000000000001 */
            account_id: string;
            /** @description 1, 2, 3 … per account, without gaps. */
            version: number;
            /** @example txn_01kasqf0000000000000000001 */
            transaction_id: string;
            /**
             * @description Of what the transaction moves.
             * @enum {string}
             */
            part: "amount" | "fee";
            /** @enum {string} */
            step: "hold" | "post" | "release" | "direct";
            /** @example USD */
            currency: string;
            /**
             * @description What it added to posted; negative when it took.
             * @example 10.00
             */
            posted: string;
            /**
             * @description What it added to pending_in.
             * @example 10.00
             */
            pending_in: string;
            /**
             * @description What it added to pending_out.
             * @example 10.00
             */
            pending_out: string;
            /** @description Of the account, after this entry. */
            balance: {
                /**
                 * @description What has been booked.
                 * @example 10.00
                 */
                posted: string;
                /**
                 * @description Announced and not here yet.
                 * @example 10.00
                 */
                pending_in: string;
                /**
                 * @description Held for payouts that are under way.
                 * @example 10.00
                 */
                pending_out: string;
                /**
                 * @description What can be spent now: posted less pending_out.
                 * @example 10.00
                 */
                available: string;
            };
            /**
             * Format: date-time
             * @example 2025-11-23T12:00:00.000Z
             */
            created_at: string;
        };
        Balance: {
            /** @example USD */
            currency: string;
            /** @enum {string} */
            currency_type: "fiat" | "crypto";
            /**
             * @description What has been booked.
             * @example 10.00
             */
            posted: string;
            /**
             * @description Announced and not here yet.
             * @example 10.00
             */
            pending_in: string;
            /**
             * @description Held for payouts that are under way.
             * @example 10.00
             */
            pending_out: string;
            /**
             * @description What can be spent now: posted less pending_out.
             * @example 10.00
             */
            available: string;
        };
        FeeRule: {
            /** @enum {string} */
            type: "deposit" | "payout" | "transfer" | "refund";
            /** @enum {string} */
            currency_type: "fiat" | "crypto";
            /**
             * @description null: every currency of the type that has no rule of its own.
             * @example USD
             */
            currency: string | null;
            /** @example 0.30 */
            fixed: string;
            /**
             * @description Hundredths of a percent of the amount.
             * @example 150
             */
            basis_points: number;
            /** @example 0.50 */
            minimum: string;
            /**
             * Format: date-time
             * @example 2025-11-23T12:00:00.000Z
             */
            updated_at: string;
        };
        TestCase: {
            /**
             * @description The reference without `simulate:`.
             * @example account_closed
             */
            name: string;
            /**
             * @description Whole units of any currency.
             * @example 90001
             */
            amount: string;
            /** @example simulate:account_closed */
            reference: string;
            /** @enum {string} */
            outcome: "complete" | "fail" | "stay" | "expire" | "return" | "webhook_twice" | "webhooks_out_of_order";
            /** @description The states of the transaction, in the order in which they come. */
            statuses: ("pending" | "processing" | "completed" | "failed" | "canceled" | "expired")[];
            /** @description When what the case is about happens, counted from the creation; null: never by itself. */
            after_seconds: number | null;
            failure_code: ("account_closed" | "account_not_found" | "declined" | "payer_insufficient_funds" | "compliance_refused" | "limit_exceeded" | "account_blocked" | "wrong_details" | "network_unavailable") | null;
            description: string;
        };
        TestClock: {
            /**
             * Format: date-time
             * @description What the clock shows.
             * @example 2025-11-23T12:00:00.000Z
             */
            now: string;
            /**
             * Format: date-time
             * @example 2025-11-23T12:00:00.000Z
             */
            server_time: string;
            /** @description How far the clock is ahead of the server's; below zero when it stood still for long. */
            ahead_seconds: number;
            /** @description Where it stands still; null while it runs. */
            frozen_at: string | null;
        };
        MovedTestClock: {
            /**
             * Format: date-time
             * @description What the clock shows.
             * @example 2025-11-23T12:00:00.000Z
             */
            now: string;
            /**
             * Format: date-time
             * @example 2025-11-23T12:00:00.000Z
             */
            server_time: string;
            /** @description How far the clock is ahead of the server's; below zero when it stood still for long. */
            ahead_seconds: number;
            /** @description Where it stands still; null while it runs. */
            frozen_at: string | null;
            /** @description How many transactions were due by it and have been moved on. */
            looked_at: number;
        };
        TestReset: {
            /** @enum {string} */
            status: "running" | "completed";
            /**
             * Format: date-time
             * @example 2025-11-23T12:00:00.000Z
             */
            started_at: string;
            finished_at: string | null;
            deleted_transactions: number;
            deleted_events: number;
        };
        SystemHealth: {
            /**
             * Format: date-time
             * @example 2025-11-23T12:00:00.000Z
             */
            checked_at: string;
            /** @enum {string} */
            status: "good" | "attention";
            /** @description What somebody should look at, in words; empty while `status` is good. */
            attention: string[];
            database: {
                latency_ms: number;
                version: string;
                embedded: boolean;
                /** @example 104857600 */
                size_bytes: number;
                connections: number;
                connections_max: number;
            };
            servers: {
                id: string;
                host: string;
                pid: number;
                roles: string[];
                /** @description Heard of within the last 20 seconds. */
                alive: boolean;
                /**
                 * Format: date-time
                 * @example 2025-11-23T12:00:00.000Z
                 */
                started_at: string;
                /**
                 * Format: date-time
                 * @example 2025-11-23T12:00:00.000Z
                 */
                seen_at: string;
                /** @example 104857600 */
                memory_bytes: number;
                /** @description Of 99 % of the moments since the last heartbeat. */
                event_loop_lag_ms: number;
                database_pool: {
                    total: number;
                    idle: number;
                    waiting: number;
                };
                log_rows: {
                    waiting: number;
                    lost: number;
                } | null;
                /** @description Whether Redis answers; null where none is used. */
                redis: boolean | null;
                /** @description Whether signed requests can be accepted. */
                verifying: boolean | null;
                /** @description Of the disk with the data folder. */
                disk: {
                    /** @example 104857600 */
                    free_bytes: number;
                    /** @example 104857600 */
                    total_bytes: number;
                } | null;
                loops: {
                    /** @example settle */
                    name: string;
                    last_run_at: string | null;
                    /** @description Failed rounds in a row. */
                    failures: number;
                    failing_since: string | null;
                }[];
            }[];
            queues: {
                /** @description Counted up to 100 000. */
                webhooks_waiting: number;
                webhooks_late_seconds: number;
                endpoints_failing: number;
                breakers_open: number;
                settlements_due: number;
                settle_late_seconds: number;
                mail_waiting: number;
                mail_failed: number;
                /** @description Without SMTP_URL: waiting to be read by an operator. */
                mail_held: number;
            };
            rails: {
                name: string;
                /** @enum {string} */
                currency_type: "fiat" | "crypto";
                enabled: boolean;
                healthy: boolean;
                detail: string;
            }[];
            ledger: {
                open_discrepancies: number;
                last_full_at: string | null;
                last_at: string | null;
            };
        };
        RailSettings: {
            /** @example manual */
            name: string;
            /** @enum {string} */
            currency_type: "fiat" | "crypto";
            enabled: boolean;
            /** @description Whether it takes transactions now. */
            healthy: boolean;
            detail: string;
            /** @description Where customers send a deposit; they read it on their Activation page. */
            deposit_instructions: string | null;
            /** @description RFC 3339, UTC. Null: nobody has set it yet. */
            updated_at: string | null;
        };
        ReportFigures: {
            /** @example 3 */
            count: number;
            /**
             * @description Decimal string.
             * @example 10.00
             */
            sum: string;
        };
        SummaryRow: {
            /**
             * @description The first day of the day, week (Monday) or month, in the time zone.
             * @example 2025-11-01
             */
            period: string | null;
            /** @description null where the report is not by type. */
            type: ("deposit" | "payout" | "transfer" | "refund" | "return" | "correction") | null;
            /** @description null where the report is not by status. */
            status: ("pending" | "processing" | "completed" | "failed" | "canceled" | "expired") | null;
            /** @example USD */
            currency: string;
            /** @enum {string} */
            currency_type: "fiat" | "crypto";
            /**
             * @description Transactions of every status.
             * @example 3
             */
            count: number;
            /**
             * @description Of all of them, whatever became of them: what was asked for.
             * @example 10.00
             */
            sum: string;
            /**
             * @description What the completed ones cost.
             * @example 10.00
             */
            fees: string;
            /** @description What the ledger has posted. */
            completed: components["schemas"]["ReportFigures"];
            /** @description Pending and processing: may still complete or not. */
            pending: components["schemas"]["ReportFigures"];
            /** @description Failed, canceled and expired: moved nothing. */
            unsuccessful: components["schemas"]["ReportFigures"];
        };
        SummaryTotal: {
            /** @example USD */
            currency: string;
            /** @enum {string} */
            currency_type: "fiat" | "crypto";
            /**
             * @description Transactions of every status.
             * @example 3
             */
            count: number;
            /**
             * @description Of all of them, whatever became of them: what was asked for.
             * @example 10.00
             */
            sum: string;
            /**
             * @description What the completed ones cost.
             * @example 10.00
             */
            fees: string;
            /** @description What the ledger has posted. */
            completed: components["schemas"]["ReportFigures"];
            /** @description Pending and processing: may still complete or not. */
            pending: components["schemas"]["ReportFigures"];
            /** @description Failed, canceled and expired: moved nothing. */
            unsuccessful: components["schemas"]["ReportFigures"];
        };
        Summary: {
            /**
             * Format: date-time
             * @example 2025-11-01T00:00:00.000Z
             */
            from: string;
            /**
             * Format: date-time
             * @description Not in the range itself.
             * @example 2025-11-01T00:00:00.000Z
             */
            to: string;
            /** @example Europe/Berlin */
            time_zone: string;
            /** @enum {string} */
            time_field: "created_at" | "completed_at" | "effective_at";
            group_by: ("day" | "week" | "month" | "type" | "status" | "currency")[];
            /**
             * Format: date-time
             * @description When these figures were read; what is pending may change after it.
             * @example 2025-11-01T00:00:00.000Z
             */
            as_of: string;
            data: components["schemas"]["SummaryRow"][];
            /** @description Of the whole range, by currency. */
            totals: components["schemas"]["SummaryTotal"][];
            next_cursor: null;
        };
        StatementLine: {
            /** @description The number of the entry. */
            version: number;
            /**
             * Format: date-time
             * @example 2025-11-01T00:00:00.000Z
             */
            created_at: string;
            transaction_id: string;
            /**
             * @description Of the transaction; `fee` for what it cost.
             * @enum {string}
             */
            type: "deposit" | "payout" | "transfer" | "refund" | "return" | "correction" | "fee";
            reference: string | null;
            description: string | null;
            /**
             * @description What it changed; negative when it took.
             * @example 10.00
             */
            amount: string;
            /**
             * @description What was posted on the account after it.
             * @example 10.00
             */
            balance: string;
        };
        Statement: {
            account_id: string;
            /** @example USD */
            currency: string;
            /**
             * Format: date-time
             * @example 2025-11-01T00:00:00.000Z
             */
            from: string;
            /**
             * Format: date-time
             * @description Not in the range itself.
             * @example 2025-11-01T00:00:00.000Z
             */
            to: string;
            time_zone: string;
            opening: {
                /**
                 * @description What was booked.
                 * @example 10.00
                 */
                posted: string;
                /**
                 * @description Announced and not there yet.
                 * @example 10.00
                 */
                pending_in: string;
                /**
                 * @description Held.
                 * @example 10.00
                 */
                pending_out: string;
                /**
                 * @description posted less pending_out.
                 * @example 10.00
                 */
                available: string;
            };
            closing: {
                /**
                 * @description What was booked.
                 * @example 10.00
                 */
                posted: string;
                /**
                 * @description Announced and not there yet.
                 * @example 10.00
                 */
                pending_in: string;
                /**
                 * @description Held.
                 * @example 10.00
                 */
                pending_out: string;
                /**
                 * @description posted less pending_out.
                 * @example 10.00
                 */
                available: string;
            };
            total_in: {
                count: number;
                /**
                 * @description Decimal string.
                 * @example 10.00
                 */
                sum: string;
            };
            /** @description As a positive amount, fees included. */
            total_out: {
                count: number;
                /**
                 * @description Decimal string.
                 * @example 10.00
                 */
                sum: string;
            };
            /** @description The fees in it. */
            fees: {
                count: number;
                /**
                 * @description Decimal string.
                 * @example 10.00
                 */
                sum: string;
            };
            /** @description What was posted, oldest first. */
            data: components["schemas"]["StatementLine"][];
            next_cursor: string | null;
        };
        WebhookEndpoint: {
            /** @example ep_01kasqf0000000000000000000 */
            id: string;
            /** @example https://example.com/webhooks */
            url: string;
            description: string | null;
            event_types: string[];
            /** @description null: events of either currency type. */
            currency_type: ("fiat" | "crypto") | null;
            /** @enum {string} */
            mode: "test" | "production";
            /**
             * @description `none`: as fast as they can be sent. `object`: the events of one transaction or account in order, each once the one before is delivered or has failed for good; other objects do not wait.
             * @enum {string}
             */
            ordering: "none" | "object";
            /** @description A running `countersign listen`: it fetches its webhooks itself, and its URL is `listener:` and where it forwards them. */
            listener: boolean;
            enabled: boolean;
            /** @description Why the server switched it off: it answered 410, or failed for 5 days. */
            disabled_reason: ("gone" | "failing") | null;
            /** @description The custom headers; their values are never shown. */
            header_names: string[];
            /** @description The signatures that every webhook carries. */
            signature_schemes: ("v1" | "v1a")[];
            /**
             * @description `full`: `data` is the object as it was when it happened. `thin`: `data` is `{"id": …}` alone, for receivers that fetch the object and shall not keep its contents.
             * @enum {string}
             */
            payload: "full" | "thin";
            secret_version: number;
            /** @description Until then every webhook carries a signature of the old secret too. */
            previous_secret_expires_at: string | null;
            last_success_at: string | null;
            last_failure_at: string | null;
            failing_since: string | null;
            /** @description Open: after many failures its deliveries wait, and one at a time probes it. */
            breaker: {
                /** @enum {string} */
                state: "closed" | "open" | "half_open";
                next_probe_at: string | null;
            };
            /**
             * Format: date-time
             * @example 2025-11-23T12:00:00.000Z
             */
            created_at: string;
            /**
             * Format: date-time
             * @example 2025-11-23T12:00:00.000Z
             */
            updated_at: string;
        };
        WebhookEndpointWithSecret: {
            /** @example ep_01kasqf0000000000000000000 */
            id: string;
            /** @example https://example.com/webhooks */
            url: string;
            description: string | null;
            event_types: string[];
            /** @description null: events of either currency type. */
            currency_type: ("fiat" | "crypto") | null;
            /** @enum {string} */
            mode: "test" | "production";
            /**
             * @description `none`: as fast as they can be sent. `object`: the events of one transaction or account in order, each once the one before is delivered or has failed for good; other objects do not wait.
             * @enum {string}
             */
            ordering: "none" | "object";
            /** @description A running `countersign listen`: it fetches its webhooks itself, and its URL is `listener:` and where it forwards them. */
            listener: boolean;
            enabled: boolean;
            /** @description Why the server switched it off: it answered 410, or failed for 5 days. */
            disabled_reason: ("gone" | "failing") | null;
            /** @description The custom headers; their values are never shown. */
            header_names: string[];
            /** @description The signatures that every webhook carries. */
            signature_schemes: ("v1" | "v1a")[];
            /**
             * @description `full`: `data` is the object as it was when it happened. `thin`: `data` is `{"id": …}` alone, for receivers that fetch the object and shall not keep its contents.
             * @enum {string}
             */
            payload: "full" | "thin";
            secret_version: number;
            /** @description Until then every webhook carries a signature of the old secret too. */
            previous_secret_expires_at: string | null;
            last_success_at: string | null;
            last_failure_at: string | null;
            failing_since: string | null;
            /** @description Open: after many failures its deliveries wait, and one at a time probes it. */
            breaker: {
                /** @enum {string} */
                state: "closed" | "open" | "half_open";
                next_probe_at: string | null;
            };
            /**
             * Format: date-time
             * @example 2025-11-23T12:00:00.000Z
             */
            created_at: string;
            /**
             * Format: date-time
             * @example 2025-11-23T12:00:00.000Z
             */
            updated_at: string;
            /**
             * @description Signs every webhook (Standard Webhooks). Shown this one time.
             * @example whsec_…
             */
            secret: string | null;
        };
        RecoveredWebhooks: {
            /** @description Failed deliveries that go out again, or would. */
            count: number;
            /** @description Still failed in that range: call again. */
            remaining: number;
            dry_run: boolean;
        };
        Event: {
            /** @example evt_01kasqf0000000000000000000 */
            id: string;
            type: string;
            /** @enum {string} */
            mode: "test" | "production";
            currency_type: ("fiat" | "crypto") | null;
            object_id: string;
            /** @description Counts the events of one object, from 1. */
            sequence: number;
            /** @description The request that caused it. */
            request_id: string | null;
            data: {
                [key: string]: unknown;
            };
            /**
             * @description Test Mode checks every event against the schema of its type; null when it fits. Anything else is a fault of the server.
             * @example null
             */
            schema_fault: string | null;
            /**
             * Format: date-time
             * @example 2025-11-23T12:00:00.000Z
             */
            created_at: string;
        };
        /** @description How many events match, over time. */
        EventHistogram: {
            /**
             * Format: date-time
             * @description No earlier than the oldest event.
             * @example 2025-11-23T12:00:00.000Z
             */
            from: string;
            /**
             * Format: date-time
             * @example 2025-11-23T12:00:00.000Z
             */
            to: string;
            /**
             * @description The width of a bucket.
             * @example 3600
             */
            bucket_seconds: number;
            /** @description False where there are so many rows that the counts were estimated from a part of them. */
            exact: boolean;
            data: {
                /**
                 * Format: date-time
                 * @description When the bucket begins; the first may begin before `from`.
                 * @example 2025-11-23T12:00:00.000Z
                 */
                at: string;
                events: number;
            }[];
        };
        EventType: {
            type: string;
            description: string;
            /**
             * @description `platform`: declared by whoever runs this server.
             * @enum {string}
             */
            source: "countersign" | "platform";
            /** @description Of a declared type: counts the changes of its schema. */
            version: number;
            /** @description JSON Schema of the whole body. */
            schema: {
                [key: string]: unknown;
            };
            example: {
                [key: string]: unknown;
            };
        };
        WebhookDelivery: {
            /** @example dlv_01kasqf0000000000000000001 */
            id: string;
            event_id: string;
            event_type: string;
            object_id: string;
            /** @description null where the event found no endpoint. */
            endpoint_id: string | null;
            endpoint_url: string | null;
            /** @enum {string} */
            status: "pending" | "delivered" | "failed" | "skipped";
            /** @description Skipped: no_endpoint, endpoint_disabled, event_type_not_selected, currency_type_not_selected, own_event. Failed: attempts_exhausted, endpoint_gone, endpoint_disabled, endpoint_deleted. */
            reason: string | null;
            attempt_count: number;
            /** @description When it is due; null once it is finished, and while it is held back. */
            next_attempt_at: string | null;
            /** @description Why a pending delivery that is due does not go out yet: an earlier event of its object is not done (`ordering: object`), or the endpoint’s breaker is open. */
            held_back: {
                /** @enum {string} */
                reason: "ordering" | "breaker";
                /**
                 * @description `ordering`: the delivery of the same object whose turn it is.
                 * @example dlv_01kasqf0000000000000000001
                 */
                behind: string | null;
                /** @description `breaker`: when one delivery probes the endpoint; after a success the others follow. */
                until: string | null;
            } | null;
            last_status_code: number | null;
            request_id: string | null;
            /** @enum {string} */
            mode: "test" | "production";
            /**
             * Format: date-time
             * @example 2025-11-23T12:00:00.000Z
             */
            created_at: string;
        };
        WebhookAttempt: {
            number: number;
            /**
             * Format: date-time
             * @example 2025-11-23T12:00:00.000Z
             */
            at: string;
            duration_ms: number;
            status_code: number | null;
            /** @description The kind of failure; null after a 2xx. */
            error: string | null;
            error_detail: string | null;
            /** @description The address that was dialled. */
            remote_address: string | null;
            timings: {
                dns_ms: number | null;
                connect_ms: number | null;
                tls_ms: number | null;
                first_byte_ms: number | null;
            };
            request: {
                /** @constant */
                method: "POST";
                url: string;
                headers: [
                    string,
                    string
                ][];
                body: string;
            };
            response: {
                headers: [
                    string,
                    string
                ][];
                body: string;
                /** @enum {string} */
                body_encoding: "utf8" | "base64";
                /** @description Only the first 64 KiB are kept. */
                body_truncated: boolean;
            } | null;
        };
        WebhookDeliveryWithAttempts: {
            /** @example dlv_01kasqf0000000000000000001 */
            id: string;
            event_id: string;
            event_type: string;
            object_id: string;
            /** @description null where the event found no endpoint. */
            endpoint_id: string | null;
            endpoint_url: string | null;
            /** @enum {string} */
            status: "pending" | "delivered" | "failed" | "skipped";
            /** @description Skipped: no_endpoint, endpoint_disabled, event_type_not_selected, currency_type_not_selected, own_event. Failed: attempts_exhausted, endpoint_gone, endpoint_disabled, endpoint_deleted. */
            reason: string | null;
            attempt_count: number;
            /** @description When it is due; null once it is finished, and while it is held back. */
            next_attempt_at: string | null;
            /** @description Why a pending delivery that is due does not go out yet: an earlier event of its object is not done (`ordering: object`), or the endpoint’s breaker is open. */
            held_back: {
                /** @enum {string} */
                reason: "ordering" | "breaker";
                /**
                 * @description `ordering`: the delivery of the same object whose turn it is.
                 * @example dlv_01kasqf0000000000000000001
                 */
                behind: string | null;
                /** @description `breaker`: when one delivery probes the endpoint; after a success the others follow. */
                until: string | null;
            } | null;
            last_status_code: number | null;
            request_id: string | null;
            /** @enum {string} */
            mode: "test" | "production";
            /**
             * Format: date-time
             * @example 2025-11-23T12:00:00.000Z
             */
            created_at: string;
            attempts: components["schemas"]["WebhookAttempt"][];
        };
        /** @description How many deliveries match, by the time of their event and by what became of them. */
        WebhookLogHistogram: {
            /**
             * Format: date-time
             * @description No earlier than the oldest event.
             * @example 2025-11-23T12:00:00.000Z
             */
            from: string;
            /**
             * Format: date-time
             * @example 2025-11-23T12:00:00.000Z
             */
            to: string;
            /**
             * @description The width of a bucket.
             * @example 3600
             */
            bucket_seconds: number;
            /** @description False where there are so many rows that the counts were estimated from a part of them. */
            exact: boolean;
            data: {
                /**
                 * Format: date-time
                 * @description When the bucket begins; the first may begin before `from`.
                 * @example 2025-11-23T12:00:00.000Z
                 */
                at: string;
                delivered: number;
                /** @description Tried without success, and tried again. */
                retrying: number;
                /** @description Not tried yet. */
                pending: number;
                failed: number;
                skipped: number;
            }[];
        };
        /** @description Gone 15 minutes after its last connection ended. */
        WebhookListener: {
            /** @example ep_01kasqf0000000000000000000 */
            id: string;
            forward_to: string;
            event_types: string[];
            /** @description Events since `after_event_id` that wait for it. */
            caught_up: number;
            /** @description There may be more than these: see Webhook Logs. */
            catch_up_capped: boolean;
            /** Format: date-time */
            created_at: string;
        };
        RecordedWebhookAttempt: {
            /** @description false: this attempt was on record already. */
            recorded: boolean;
        };
        TriggeredEvent: {
            event_id: string;
        };
        Reconciliation: {
            /** @example rec_01kasqf0000000000000000001 */
            id: string;
            /**
             * @description `full`: every entry from the first one, after ten times as long as the last one took: five minutes at least, a day at most. `incremental`: what was written since it was last proved, every five minutes.
             * @enum {string}
             */
            kind: "full" | "incremental";
            /** @enum {string} */
            status: "running" | "completed";
            /** @description The operator who asked for it; null: the schedule. */
            requested_by: {
                id: string;
                email: string | null;
            } | null;
            /** @description How many accounts were compared with their entries so far. */
            accounts: number;
            /** @description How many entries were read so far. */
            entries: number;
            /** @description How many transactions were compared with their entries. */
            transactions: number;
            discrepancies: number;
            /** @description What was proved, each with how often it did not hold. */
            proofs: {
                /**
                 * @description `sums`: entries sum to zero per transaction and currency. `balances`: every balance is the sum of its entries. `versions`: 1, 2, 3 … without a gap. `holds`: what is held is the sum of what is open.
                 * @enum {string}
                 */
                name: "sums" | "balances" | "versions" | "holds";
                discrepancies: number;
            }[];
            /** @description Per mode and currency, at the end of the run. */
            totals: {
                /** @enum {string} */
                mode: "test" | "production";
                /** @example USD */
                currency: string;
                accounts: number;
                /**
                 * @description Of all accounts, the system’s own among them: zero.
                 * @example 0.00
                 */
                sum: string;
                /**
                 * @description What customers have: owed to them.
                 * @example 0.00
                 */
                customers: string;
                /**
                 * @description How much of it is held for payouts under way.
                 * @example 0.00
                 */
                held: string;
            }[];
            /**
             * Format: date-time
             * @example 2025-11-23T12:00:00.000Z
             */
            started_at: string;
            finished_at: string | null;
        };
        LedgerDiscrepancy: {
            /** @example balance-differs */
            kind: string;
            /**
             * @description An account, a transaction, or mode:currency.
             * @example acc_01kasqf0000000000000000001
             */
            subject_id: string;
            workspace: {
                id: string;
                name: string;
            } | null;
            mode: ("test" | "production") | null;
            /** @description What differs from what; amounts are in minor units. */
            detail: string;
            /**
             * Format: date-time
             * @example 2025-11-23T12:00:00.000Z
             */
            found_at: string;
            /**
             * Format: date-time
             * @description When a run last saw it.
             * @example 2025-11-23T12:00:00.000Z
             */
            seen_at: string;
            /** @description When a full run no longer found it. */
            resolved_at: string | null;
        };
        LedgerEvidence: {
            account: {
                [key: string]: unknown;
            } | null;
            transaction: {
                [key: string]: unknown;
            } | null;
            entries: {
                account_id: string;
                version: number;
                transaction_id: string;
                step: string;
                currency: string;
                /**
                 * @description Minor units.
                 * @example 1000
                 */
                posted: string;
                /**
                 * @description Minor units.
                 * @example 1000
                 */
                pending_in: string;
                /**
                 * @description Minor units.
                 * @example 1000
                 */
                pending_out: string;
                /**
                 * @description Minor units.
                 * @example 1000
                 */
                posted_after: string;
                /**
                 * @description Minor units.
                 * @example 1000
                 */
                pending_in_after: string;
                /**
                 * @description Minor units.
                 * @example 1000
                 */
                pending_out_after: string;
                /**
                 * Format: date-time
                 * @example 2025-11-23T12:00:00.000Z
                 */
                created_at: string;
            }[];
        };
        SetupResult: {
            user: {
                id: string;
                name: string;
                email: string;
            };
        };
        Session: {
            /** @example ses_01kasp8zqz0000e5m0g2vkqx8t */
            id: string;
            /** @description The session that asks. */
            current: boolean;
            ip: string | null;
            user_agent: string | null;
            /**
             * @description RFC 3339, UTC
             * @example 2025-11-23T12:00:00.000Z
             */
            created_at: string;
            /**
             * @description To the day: when the session was last prolonged.
             * @example 2025-11-23T12:00:00.000Z
             */
            last_used_at: string;
            /**
             * @description RFC 3339, UTC
             * @example 2025-11-23T12:00:00.000Z
             */
            expires_at: string;
        };
        OutgoingMail: {
            /** @example msg_01kasp8zqz0000e5m0g2vkqx8t */
            id: string;
            to: string;
            subject: string;
            kind: string;
            /**
             * @description `held`: there is no SMTP_URL, so it waits here to be read.
             * @enum {string}
             */
            status: "held" | "pending" | "sent" | "failed";
            attempt_count: number;
            last_error: string | null;
            /**
             * @description RFC 3339, UTC
             * @example 2025-11-23T12:00:00.000Z
             */
            created_at: string;
            sent_at: string | null;
        };
        OutgoingMailWithText: {
            /** @example msg_01kasp8zqz0000e5m0g2vkqx8t */
            id: string;
            to: string;
            subject: string;
            kind: string;
            /**
             * @description `held`: there is no SMTP_URL, so it waits here to be read.
             * @enum {string}
             */
            status: "held" | "pending" | "sent" | "failed";
            attempt_count: number;
            last_error: string | null;
            /**
             * @description RFC 3339, UTC
             * @example 2025-11-23T12:00:00.000Z
             */
            created_at: string;
            sent_at: string | null;
            /** @description Null once it was sent, or after 7 days. */
            text: string | null;
        };
        SigningKey: {
            /**
             * @description The thumbprint of the public key (RFC 7638): `keyid` in what it signed.
             * @example kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k
             */
            id: string;
            /**
             * @description `receipts` signs answers to requests, `webhooks` makes the `v1a` signatures of webhooks.
             * @enum {string}
             */
            purpose: "receipts" | "webhooks";
            /**
             * @description published: signs no more, and what it signed still verifies; retired: published no more.
             * @enum {string}
             */
            status: "signing" | "published" | "retired";
            /**
             * @description The 32 bytes in base64.
             * @example 11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=
             */
            public_key: string;
            /**
             * Format: date-time
             * @example 2025-11-23T12:00:00.000Z
             */
            created_at: string;
            /** @description When another key took over. */
            ended_at: string | null;
            retired_at: string | null;
        };
        Settlement: {
            transaction: components["schemas"]["Transaction"];
            workspace: {
                id: string;
                name: string;
            };
            /**
             * @description `approving`: one person has approved, and another one has to.
             * @enum {string}
             */
            state: "waiting" | "approving" | "completed" | "failed" | "canceled";
            /**
             * @description Of a deposit: what the customer was told to give their bank. Null where they have not asked for it.
             * @example RF02417203958816
             */
            reference_code: string | null;
            /** @description The bank's reference or the hash on the chain. */
            reference: string | null;
            /** @description Of a deposit: what whoever approved says came, where that is not what was announced. */
            received_amount: string | null;
            /** @description Of a deposit that unmatched money settled: what that came as. */
            received_as: {
                transaction_id: string;
                reference: string;
            } | null;
            /** @description Why it failed. */
            reason: string | null;
            approvals: {
                by: {
                    id: string;
                    email: string;
                };
                /**
                 * Format: date-time
                 * @example 2025-11-23T12:00:00.000Z
                 */
                at: string;
            }[];
            approvals_required: number;
            decided_at: string | null;
            /**
             * @description How many different people a payout takes (PAYOUT_APPROVERS). 1 is allowed and always shown.
             * @example 2
             */
            payout_approvers: number;
            /** @description How many different people it takes to say that money came (DEPOSIT_APPROVERS). 1 is allowed and always shown. */
            deposit_approvers: number;
        };
        ManySettled: {
            data: {
                transaction_id: string;
                /** @description Null where it was refused. */
                settlement: components["schemas"]["Settlement"] | null;
                /** @description Why it was refused; the others stand. */
                problem: {
                    code: string;
                    title: string;
                    detail: string;
                } | null;
            }[];
        };
        DepositInstructions: {
            /** @example EUR */
            currency: string;
            /** @enum {string} */
            currency_type: "fiat" | "crypto";
            /** @enum {string} */
            mode: "test" | "production";
            /** @example RF02417203958816 */
            reference_code: string;
            /** @example RF02 4172 0395 8816 */
            reference_code_printed: string;
            /** @description Where the money goes, in the words of the platform. Null until Production Mode is open. */
            instructions: string | null;
            /**
             * @description The same for programs, where the payment connection tells it: `iban`, `address`, …
             * @example {}
             */
            details: {
                [key: string]: string;
            };
        };
        StatementProposal: {
            /** @description Of the file. */
            line: number;
            /** @description As the file has it. */
            date: string | null;
            /** @enum {string} */
            direction: "in" | "out";
            /** @example 250.00 */
            amount: string;
            currency: string;
            reference: string;
            text: string | null;
            sender: string | null;
            proposal: {
                /**
                 * @description `settle` an open transaction; `credit` the workspace whose code it carries, which announced none such; record it as `unmatched`; it is `already_booked`; `none`: money that left, and no transaction fits.
                 * @enum {string}
                 */
                kind: "settle" | "credit" | "unmatched" | "already_booked" | "none";
                /** @description From sure to weak. */
                matched_by: ("reference" | "transaction_id" | "reference_code" | "amount") | null;
                transaction_id: string | null;
                transaction_type: string | null;
                workspace: {
                    id: string;
                    name: string;
                } | null;
                /** @description Where another amount came. */
                announced_amount: string | null;
                note: string | null;
            };
        };
        StatementProposals: {
            data: components["schemas"]["StatementProposal"][];
            /** @description Lines that could not be read, and why. */
            faults: {
                line: number;
                message: string;
            }[];
        };
        UnmatchedDeposit: {
            /**
             * @description The deposit in the platform's own books.
             * @example txn_01kasqf0000000000000000001
             */
            id: string;
            /**
             * @description `returning`: a payout that sends it back waits in the settlement queue.
             * @enum {string}
             */
            state: "open" | "matched" | "returning" | "returned";
            /** @example 250.00 */
            amount: string;
            /** @example EUR */
            currency: string;
            /** @enum {string} */
            currency_type: "fiat" | "crypto";
            /** @description The bank's reference or the hash on the chain. */
            reference: string;
            sender: string | null;
            /** @description What the sender wrote. */
            text: string | null;
            /**
             * Format: date-time
             * @example 2025-11-23T12:00:00.000Z
             */
            received_at: string;
            /**
             * Format: date-time
             * @example 2025-11-23T12:00:00.000Z
             */
            recorded_at: string;
            recorded_by: {
                id: string;
                email: string;
            };
            /** @description Whom it is to be given to, once others have approved that too. */
            proposed_match: {
                transaction_id: string | null;
                workspace_id: string | null;
                account_id: string | null;
                workspace_name: string | null;
                approvals: {
                    by: {
                        id: string;
                        email: string;
                    };
                    /**
                     * Format: date-time
                     * @example 2025-11-23T12:00:00.000Z
                     */
                    at: string;
                }[];
                approvals_required: number;
            } | null;
            /** @description The deposit that it became. */
            matched: {
                transaction_id: string;
                workspace: {
                    id: string;
                    name: string;
                };
                /**
                 * Format: date-time
                 * @example 2025-11-23T12:00:00.000Z
                 */
                at: string;
            } | null;
            /** @description The payout that sends it back; one that failed leaves it open. */
            return_transaction_id: string | null;
        };
        SignatureExplanation: {
            verifies: boolean;
            findings: {
                code: string;
                detail: string;
                likely_cause: string;
                likely_cause_code: string;
                remedy: string | null;
            }[];
            /** @description The text that the server verifies against. */
            signature_base: string | null;
            api_key_id: string | null;
        };
        /** @description One request made with an API key. */
        TransactionLog: {
            /**
             * @description The request id.
             * @example req_01kasqf0000000000000000000
             */
            id: string;
            /** @example key_01kasqf0000000000000000000 */
            api_key_id: string;
            /** @enum {string} */
            mode: "test" | "production";
            /** @enum {string} */
            currency_type: "fiat" | "crypto";
            /** @example POST */
            method: string;
            /** @example /v1/transactions */
            path: string;
            /**
             * @description 0 where `outcome` is `forwarded`.
             * @example 201
             */
            status: number;
            /**
             * @description `forwarded`: passed on to one of the platform's own services, which has not told its answer. The row changes once it does.
             * @enum {string}
             */
            outcome: "answered" | "forwarded";
            /** @description The problem's code; null when there was none. */
            code: string | null;
            /**
             * @description Why the signature was refused, as docs/signing.md lists it; null when it was not.
             * @example query-reordered
             */
            likely_cause_code: string | null;
            duration_ms: number;
            ip: string | null;
            /** @description More than 1 where this row stands for further refusals of the same key in a minute that were counted, not logged. */
            request_count: number;
            /**
             * Format: date-time
             * @example 2025-11-23T12:00:00.000Z
             */
            created_at: string;
        };
        LoggedBody: {
            /** @description Redacted JSON, at most 16 KiB; null when it did not parse. */
            text: string | null;
            /** @description The length of the whole body. */
            bytes: number;
            truncated: boolean;
            /**
             * @description Of a body that did not parse.
             * @example sha-256=:…:
             */
            digest: string | null;
        };
        LoggedMessage: {
            /** @description Pairs of name and value; secrets read `[redacted]`. */
            headers: string[][];
            body: components["schemas"]["LoggedBody"] | null;
        };
        /** @description One request with what was sent and answered, redacted. */
        TransactionLogDetail: {
            /**
             * @description The request id.
             * @example req_01kasqf0000000000000000000
             */
            id: string;
            /** @example key_01kasqf0000000000000000000 */
            api_key_id: string;
            /** @enum {string} */
            mode: "test" | "production";
            /** @enum {string} */
            currency_type: "fiat" | "crypto";
            /** @example POST */
            method: string;
            /** @example /v1/transactions */
            path: string;
            /**
             * @description 0 where `outcome` is `forwarded`.
             * @example 201
             */
            status: number;
            /**
             * @description `forwarded`: passed on to one of the platform's own services, which has not told its answer. The row changes once it does.
             * @enum {string}
             */
            outcome: "answered" | "forwarded";
            /** @description The problem's code; null when there was none. */
            code: string | null;
            /**
             * @description Why the signature was refused, as docs/signing.md lists it; null when it was not.
             * @example query-reordered
             */
            likely_cause_code: string | null;
            duration_ms: number;
            ip: string | null;
            /** @description More than 1 where this row stands for further refusals of the same key in a minute that were counted, not logged. */
            request_count: number;
            /**
             * Format: date-time
             * @example 2025-11-23T12:00:00.000Z
             */
            created_at: string;
            /** @description Without the `?`. */
            query: string | null;
            user_agent: string | null;
            /** @description The version of the secret that signed; null where no signature held. */
            secret_version: number | null;
            idempotency_key: string | null;
            transaction_id: string | null;
            event_ids: string[];
            request: components["schemas"]["LoggedMessage"];
            response: components["schemas"]["LoggedMessage"];
            /** @description For a refused signature: `signature_base` as the server computed it, and the likely cause. */
            diagnosis: {
                [key: string]: unknown;
            } | null;
        };
        /** @description How many rows match, over time, by class of status. */
        TransactionLogHistogram: {
            /**
             * Format: date-time
             * @description No earlier than the oldest day that is kept.
             * @example 2025-11-23T12:00:00.000Z
             */
            from: string;
            /**
             * Format: date-time
             * @example 2025-11-23T12:00:00.000Z
             */
            to: string;
            /**
             * @description The width of a bucket.
             * @example 3600
             */
            bucket_seconds: number;
            /** @description False where there are so many rows that the counts were estimated from a sample. */
            exact: boolean;
            data: {
                /**
                 * Format: date-time
                 * @description When the bucket begins; the first may begin before `from`.
                 * @example 2025-11-23T12:00:00.000Z
                 */
                at: string;
                "2xx": number;
                "3xx": number;
                "4xx": number;
                "5xx": number;
                /** @description Passed on, and no outcome yet. */
                forwarded: number;
            }[];
        };
        /** @description The milliseconds within which so many per cent ended; each is exact to an eighth. Null where none ended. */
        UsageLatency: {
            p50: number;
            p95: number;
            p99: number;
        } | null;
        /** @description Requests as Transaction Logs count them, refused ones too. */
        UsageRequests: {
            /** @example 3 */
            total: number;
            /** @example 3 */
            status_1xx: number;
            /** @example 3 */
            status_2xx: number;
            /** @example 3 */
            status_3xx: number;
            /** @example 3 */
            status_4xx: number;
            /** @example 3 */
            status_5xx: number;
            /**
             * @description Passed on to a service of the platform that has not told its answer.
             * @example 3
             */
            forwarded: number;
            latency_ms: components["schemas"]["UsageLatency"];
        };
        /** @description Tries to send webhooks, by the time of the try. */
        UsageWebhookAttempts: {
            /** @example 3 */
            total: number;
            /** @example 3 */
            delivered: number;
            /**
             * @description Answered with anything but 2xx, or not at all. Most are tried again.
             * @example 3
             */
            failed: number;
            latency_ms: components["schemas"]["UsageLatency"];
        };
        UsageBucket: {
            /**
             * Format: date-time
             * @example 2025-11-23T12:00:00.000Z
             */
            start: string;
            /** @description Null where only an endpoint was asked for. */
            requests: components["schemas"]["UsageRequests"] | null;
            /** @description Null where only a key was asked for, or to a key without the scope `webhook-logs:read`. */
            webhook_attempts: components["schemas"]["UsageWebhookAttempts"] | null;
        };
        /** @description What happened over time, counted exactly. */
        Usage: {
            /**
             * Format: date-time
             * @description Where the first bucket begins: the beginning asked for or before it.
             * @example 2025-11-23T12:00:00.000Z
             */
            from: string;
            /**
             * Format: date-time
             * @description Where the last bucket ends. It may lie ahead: then that bucket still fills.
             * @example 2025-11-23T12:00:00.000Z
             */
            to: string;
            /** @enum {string} */
            interval: "1m" | "10m" | "1h" | "6h" | "1d";
            /** @enum {string} */
            mode: "test" | "production";
            /** @description Of the whole range. */
            totals: {
                /** @description Null where only an endpoint was asked for. */
                requests: components["schemas"]["UsageRequests"] | null;
                /** @description Null where only a key was asked for, or to a key without the scope `webhook-logs:read`. */
                webhook_attempts: components["schemas"]["UsageWebhookAttempts"] | null;
            };
            /** @description Every bucket of the range, oldest first, empty ones too. They begin at whole intervals of UTC. */
            data: components["schemas"]["UsageBucket"][];
        };
        KeyUsage: {
            api_key_id: string;
            /** @example 3 */
            total: number;
            /** @description Of each bucket of the range, oldest first. */
            requests: number[];
            /** @description Of these, those answered with 4xx. */
            refused: number[];
            /** @description Of these, those answered with 5xx. */
            failed: number[];
        };
        /** @description Requests of each key over time, in the order asked for. */
        KeyUsageList: {
            /**
             * Format: date-time
             * @description Where the first bucket begins: the beginning asked for or before it.
             * @example 2025-11-23T12:00:00.000Z
             */
            from: string;
            /**
             * Format: date-time
             * @description Where the last bucket ends. It may lie ahead: then that bucket still fills.
             * @example 2025-11-23T12:00:00.000Z
             */
            to: string;
            /** @enum {string} */
            interval: "1m" | "10m" | "1h" | "6h" | "1d";
            data: components["schemas"]["KeyUsage"][];
        };
        DeclaredEventType: {
            type: string;
            description: string;
            /**
             * @description JSON Schema (2020-12) of `data`: type, properties, required, additionalProperties, items, enum, const, allOf, anyOf, oneOf and the limits of numbers, lengths and counts. At most 32 KiB and 10 levels; no `pattern`, no `$ref`.
             * @example {
             *       "type": "object",
             *       "properties": {
             *         "card_id": {
             *           "type": "string"
             *         },
             *         "last_four": {
             *           "type": "string"
             *         }
             *       },
             *       "required": [
             *         "card_id"
             *       ]
             *     }
             */
            schema: {
                [key: string]: unknown;
            };
            /**
             * @description An example of `data`, which pings send.
             * @example {
             *       "card_id": "card_123",
             *       "last_four": "4242"
             *     }
             */
            example: {
                [key: string]: unknown;
            };
            /** @description Counts the changes of the schema, from 1. */
            version: number;
            /** @description The first event in Production Mode; from then on a change of the schema must be compatible. */
            published_at: string | null;
            /**
             * Format: date-time
             * @example 2025-11-23T12:00:00.000Z
             */
            created_at: string;
            /**
             * Format: date-time
             * @example 2025-11-23T12:00:00.000Z
             */
            updated_at: string;
        };
        PublishedEvent: {
            /** @example evt_01kasqf0000000000000000000 */
            id: string;
            type: string;
            workspace_id: string;
            /** @enum {string} */
            mode: "test" | "production";
            currency_type: ("fiat" | "crypto") | null;
            object_id: string;
            /**
             * Format: date-time
             * @example 2025-11-23T12:00:00.000Z
             */
            created_at: string;
        };
        WebhookReplayCount: {
            /** @constant */
            dry_run: true;
            /** @description Deliveries that match: what is selected and the endpoint takes now. */
            count: number;
            /** @description Counting ended before the range did: there are more. */
            count_capped: boolean;
        };
        WebhookReplay: {
            /** @example rpl_01kasqf0000000000000000000 */
            id: string;
            endpoint_id: string;
            /** @enum {string} */
            mode: "test" | "production";
            /** @enum {string} */
            status: "running" | "completed" | "canceled" | "failed";
            /** @description Why it failed. */
            reason: ("endpoint_disabled" | "endpoint_deleted") | null;
            filter: {
                /**
                 * Format: date-time
                 * @example 2025-11-23T12:00:00.000Z
                 */
                created_after: string;
                /**
                 * Format: date-time
                 * @example 2025-11-23T12:00:00.000Z
                 */
                created_before: string;
                event_type: string | null;
                status: ("delivered" | "failed" | "skipped") | null;
                object_id: string | null;
            };
            rate_per_second: number;
            /** @description Deliveries that match: what is selected and the endpoint takes now. */
            count: number;
            /** @description Counting ended before the range did: there are more. */
            count_capped: boolean;
            /** @description How many are on their way again, or arrived. */
            queued: number;
            /**
             * Format: date-time
             * @example 2025-11-23T12:00:00.000Z
             */
            created_at: string;
            finished_at: string | null;
        };
        WebhookEndpointHealth: {
            /**
             * Format: date-time
             * @description Begin of the window, 24 hours ago.
             * @example 2025-11-23T12:00:00.000Z
             */
            since: string;
            /** @description The newest in the window whose attempts are counted. */
            deliveries: number;
            attempts: number;
            /**
             * @description Attempts answered with a 2xx, of all; null without one.
             * @example 0.998
             */
            success_rate: number | null;
            latency_ms: {
                p50: number | null;
                p95: number | null;
            };
            /** @description Deliveries still to go out. */
            waiting: number;
            /** @description Counting ended early: there are more. */
            waiting_capped: boolean;
            /** @description For how long the oldest has been due; 0 when nothing is late. */
            lag_seconds: number;
            breaker: {
                /** @enum {string} */
                state: "closed" | "open" | "half_open";
                next_probe_at: string | null;
            };
            failing_since: string | null;
            consecutive_failures: number;
        };
        /** @description The delivery in Webhook Logs shows what came of it. */
        PingedWebhookEndpoint: {
            event_id: string;
            delivery_id: string;
        };
        Workspace: {
            /** @example wks_01kasp8zqz0000e5m0g2vkqx8t */
            id: string;
            name: string;
            legal_name: string | null;
            /**
             * @description ISO 3166-1 alpha-2
             * @example NL
             */
            country: string | null;
            website: string | null;
            contact_email: string | null;
            description: string | null;
            /** @description The currency types for which Production Mode is open. */
            production_enabled: ("fiat" | "crypto")[];
            /**
             * @description RFC 3339, UTC
             * @example 2025-11-23T12:00:00.000Z
             */
            created_at: string;
        };
        Member: {
            /** @example mem_01kasp8zqz0000e5m0g2vkqx8t */
            id: string;
            user_id: string;
            name: string;
            email: string;
            /**
             * @description From least to most: viewer, developer, admin, owner.
             * @enum {string}
             */
            role: "viewer" | "developer" | "admin" | "owner";
            two_factor_enabled: boolean;
            is_you: boolean;
            /**
             * @description RFC 3339, UTC
             * @example 2025-11-23T12:00:00.000Z
             */
            created_at: string;
        };
        RoleRights: {
            /**
             * @description From least to most: viewer, developer, admin, owner.
             * @enum {string}
             */
            role: "viewer" | "developer" | "admin" | "owner";
            /** @description In words, beside all that the roles before it may do. */
            may: string[];
        };
        Invitation: {
            /** @example inv_01kasp8zqz0000e5m0g2vkqx8t */
            id: string;
            email: string;
            /**
             * @description From least to most: viewer, developer, admin, owner.
             * @enum {string}
             */
            role: "viewer" | "developer" | "admin" | "owner";
            /** @enum {string} */
            status: "pending" | "expired";
            invited_by: {
                name: string;
                email: string;
            };
            /**
             * @description RFC 3339, UTC
             * @example 2025-11-23T12:00:00.000Z
             */
            created_at: string;
            /**
             * @description RFC 3339, UTC
             * @example 2025-11-23T12:00:00.000Z
             */
            expires_at: string;
        };
        InvitationWithToken: {
            /** @example inv_01kasp8zqz0000e5m0g2vkqx8t */
            id: string;
            email: string;
            /**
             * @description From least to most: viewer, developer, admin, owner.
             * @enum {string}
             */
            role: "viewer" | "developer" | "admin" | "owner";
            /** @enum {string} */
            status: "pending" | "expired";
            invited_by: {
                name: string;
                email: string;
            };
            /**
             * @description RFC 3339, UTC
             * @example 2025-11-23T12:00:00.000Z
             */
            created_at: string;
            /**
             * @description RFC 3339, UTC
             * @example 2025-11-23T12:00:00.000Z
             */
            expires_at: string;
            /** @description Shown this once, and kept only as a digest. The link to send is `/accept-invitation?token=` and this. */
            invitation_token: string;
        };
        InvitationLook: {
            workspace: {
                name: string;
            };
            email: string;
            /**
             * @description From least to most: viewer, developer, admin, owner.
             * @enum {string}
             */
            role: "viewer" | "developer" | "admin" | "owner";
            invited_by: {
                name: string;
                email: string;
            };
            /**
             * @description RFC 3339, UTC
             * @example 2025-11-23T12:00:00.000Z
             */
            expires_at: string;
        };
        ActivationChecklist: {
            /** @enum {string} */
            currency_type: "fiat" | "crypto";
            production_open: boolean;
            self_approved: boolean;
            approval: {
                /**
                 * @description `self-approved`: by an operator who is a member of the workspace.
                 * @enum {string}
                 */
                status: "none" | "requested" | "approved" | "self-approved" | "refused" | "revoked";
                requested_at: string | null;
                decided_at: string | null;
                reason: string | null;
            };
            /** @description Where to send deposits, once Production Mode is open. */
            deposit_instructions: string | null;
            items: {
                code: string;
                title: string;
                done: boolean;
                /** @description What to do while it is not done. */
                detail: string;
            }[];
        };
        OperatorActivation: {
            /** @enum {string} */
            currency_type: "fiat" | "crypto";
            production_open: boolean;
            self_approved: boolean;
            approval: {
                /**
                 * @description `self-approved`: by an operator who is a member of the workspace.
                 * @enum {string}
                 */
                status: "none" | "requested" | "approved" | "self-approved" | "refused" | "revoked";
                requested_at: string | null;
                decided_at: string | null;
                reason: string | null;
            };
            /** @description Where to send deposits, once Production Mode is open. */
            deposit_instructions: string | null;
            items: {
                code: string;
                title: string;
                done: boolean;
                /** @description What to do while it is not done. */
                detail: string;
            }[];
            workspace: {
                id: string;
                name: string;
            };
        };
        OperatorWorkspace: {
            id: string;
            name: string;
            legal_name: string | null;
            /** @description Their e-mail addresses. */
            owners: string[];
            member_count: number;
            activations: {
                /**
                 * @description `self-approved`: by an operator who is a member of the workspace.
                 * @enum {string}
                 */
                fiat: "none" | "requested" | "approved" | "self-approved" | "refused" | "revoked";
                /**
                 * @description `self-approved`: by an operator who is a member of the workspace.
                 * @enum {string}
                 */
                crypto: "none" | "requested" | "approved" | "self-approved" | "refused" | "revoked";
            };
            suspended: boolean;
            /**
             * @description RFC 3339, UTC
             * @example 2025-11-23T12:00:00.000Z
             */
            created_at: string;
        };
        OperatorWorkspaceDetail: {
            id: string;
            name: string;
            legal_name: string | null;
            country: string | null;
            website: string | null;
            contact_email: string | null;
            description: string | null;
            /**
             * @description RFC 3339, UTC
             * @example 2025-11-23T12:00:00.000Z
             */
            created_at: string;
            suspension: {
                reason: string;
                /**
                 * @description RFC 3339, UTC
                 * @example 2025-11-23T12:00:00.000Z
                 */
                suspended_at: string;
                suspended_by: {
                    id: string;
                    email: string;
                };
            } | null;
            /** @description The newest 50. */
            members: {
                user_id: string;
                name: string;
                email: string;
                /**
                 * @description From least to most: viewer, developer, admin, owner.
                 * @enum {string}
                 */
                role: "viewer" | "developer" | "admin" | "owner";
                two_factor_enabled: boolean;
                /**
                 * @description RFC 3339, UTC
                 * @example 2025-11-23T12:00:00.000Z
                 */
                created_at: string;
            }[];
            keys: {
                /** @enum {string} */
                mode: "test" | "production";
                active: number;
                /** @description Deleted ones are not counted. */
                total: number;
                last_used_at: string | null;
            }[];
            webhook_endpoints: {
                /** @enum {string} */
                mode: "test" | "production";
                total: number;
                enabled: number;
                failing: number;
                /** @description Deliveries still to go out; up to 10 000 an endpoint. */
                waiting: number;
            }[];
            volume_days: number;
            /** @description What completed in the last `volume_days`. */
            volumes: {
                /** @enum {string} */
                mode: "test" | "production";
                currency: string;
                type: string;
                count: number;
                /** @example 10.00 */
                sum: string;
            }[];
            balances: {
                /** @enum {string} */
                mode: "test" | "production";
                currency: string;
                /** @example 10.00 */
                posted: string;
                /** @example 10.00 */
                held: string;
            }[];
            activations: components["schemas"]["ActivationChecklist"][];
        };
        AuditEntry: {
            /** @example aud_01kasp8zqz0000e5m0g2vkqx8t */
            id: string;
            actor: {
                /** @enum {string} */
                kind: "member" | "key" | "operator" | "system";
                id: string | null;
                label: string;
            };
            /** @example member.role_changed */
            action: string;
            target: {
                kind: string;
                id: string;
            };
            before: {
                [key: string]: unknown;
            } | null;
            after: {
                [key: string]: unknown;
            } | null;
            mode: ("test" | "production") | null;
            ip: string | null;
            request_id: string | null;
            /**
             * @description RFC 3339, UTC
             * @example 2025-11-23T12:00:00.000Z
             */
            created_at: string;
        };
        OperatorAuditEntry: {
            /** @example aud_01kasp8zqz0000e5m0g2vkqx8t */
            id: string;
            actor: {
                /** @enum {string} */
                kind: "member" | "key" | "operator" | "system";
                id: string | null;
                label: string;
            };
            /** @example member.role_changed */
            action: string;
            target: {
                kind: string;
                id: string;
            };
            before: {
                [key: string]: unknown;
            } | null;
            after: {
                [key: string]: unknown;
            } | null;
            mode: ("test" | "production") | null;
            ip: string | null;
            request_id: string | null;
            /**
             * @description RFC 3339, UTC
             * @example 2025-11-23T12:00:00.000Z
             */
            created_at: string;
            /** @description Null: it concerns the platform. */
            workspace_id: string | null;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    setUp: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SetupInput"];
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SetupResult"];
                };
            };
            /** @description A problem (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listSessions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Session"][];
                        next_cursor: null;
                    };
                };
            };
            /** @description A problem (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    revokeSession: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    revokeOtherSessions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        revoked: number;
                    };
                };
            };
            /** @description A problem (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listOutgoingMail: {
        parameters: {
            query?: {
                /** @description How many items to answer with. */
                limit?: number;
                /** @description The `next_cursor` of the answer before this one. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["OutgoingMail"][];
                        /** @description Send it as `cursor` for the next page; null at the end. */
                        next_cursor: string | null;
                    };
                };
            };
            /** @description A problem (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getOutgoingMail: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OutgoingMailWithText"];
                };
            };
            /** @description A problem (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getWorkspace: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Workspace"];
                };
            };
            /** @description A problem (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    updateWorkspace: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WorkspacePatch"];
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Workspace"];
                };
            };
            /** @description A problem (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    switchWorkspace: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    workspace_id: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        name: string;
                        /**
                         * @description From least to most: viewer, developer, admin, owner.
                         * @enum {string}
                         */
                        role: "viewer" | "developer" | "admin" | "owner";
                    };
                };
            };
            /** @description A problem (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listRoles: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["RoleRights"][];
                        next_cursor: null;
                    };
                };
            };
            /** @description A problem (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listMembers: {
        parameters: {
            query?: {
                /** @description How many items to answer with. */
                limit?: number;
                /** @description The `next_cursor` of the answer before this one. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Member"][];
                        /** @description Send it as `cursor` for the next page; null at the end. */
                        next_cursor: string | null;
                    };
                };
            };
            /** @description A problem (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    removeMember: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    updateMember: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @description From least to most: viewer, developer, admin, owner.
                     * @enum {string}
                     */
                    role: "viewer" | "developer" | "admin" | "owner";
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Member"];
                };
            };
            /** @description A problem (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    transferOwnership: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Member"];
                };
            };
            /** @description A problem (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    leaveWorkspace: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listInvitations: {
        parameters: {
            query?: {
                /** @description How many items to answer with. */
                limit?: number;
                /** @description The `next_cursor` of the answer before this one. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Invitation"][];
                        /** @description Send it as `cursor` for the next page; null at the end. */
                        next_cursor: string | null;
                    };
                };
            };
            /** @description A problem (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createInvitation: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateInvitation"];
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InvitationWithToken"];
                };
            };
            /** @description A problem (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    resendInvitation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @description Mail the link to the address; with `false` you send it yourself.
                     * @default true
                     */
                    send_mail?: boolean;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InvitationWithToken"];
                };
            };
            /** @description A problem (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    cancelInvitation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    lookUpInvitation: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    invitation_token: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InvitationLook"];
                };
            };
            /** @description A problem (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    acceptInvitation: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    invitation_token: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        name: string;
                        /**
                         * @description From least to most: viewer, developer, admin, owner.
                         * @enum {string}
                         */
                        role: "viewer" | "developer" | "admin" | "owner";
                    };
                };
            };
            /** @description A problem (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getActivation: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["ActivationChecklist"][];
                        next_cursor: null;
                    };
                };
            };
            /** @description A problem (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    requestActivation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                currency_type: "fiat" | "crypto";
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ActivationChecklist"];
                };
            };
            /** @description A problem (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listAllWorkspaces: {
        parameters: {
            query?: {
                /** @description How many items to answer with. */
                limit?: number;
                /** @description The `next_cursor` of the answer before this one. */
                cursor?: string;
                /** @description Part of the name, of an owner's address, or the whole id. */
                search?: string;
                suspended?: "true" | "false";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["OperatorWorkspace"][];
                        /** @description Send it as `cursor` for the next page; null at the end. */
                        next_cursor: string | null;
                    };
                };
            };
            /** @description A problem (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listActivations: {
        parameters: {
            query?: {
                /** @description How many items to answer with. */
                limit?: number;
                /** @description The `next_cursor` of the answer before this one. */
                cursor?: string;
                /** @description The queue is `requested`. */
                status?: ("requested" | "approved" | "self-approved" | "refused" | "revoked") | "all";
                workspace_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["OperatorActivation"][];
                        /** @description Send it as `cursor` for the next page; null at the end. */
                        next_cursor: string | null;
                    };
                };
            };
            /** @description A problem (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getOperatorWorkspace: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperatorWorkspaceDetail"];
                };
            };
            /** @description A problem (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    suspendWorkspace: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SuspensionInput"];
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperatorWorkspaceDetail"];
                };
            };
            /** @description A problem (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    resumeWorkspace: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SuspensionInput"];
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperatorWorkspaceDetail"];
                };
            };
            /** @description A problem (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    approveActivation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                currency_type: "fiat" | "crypto";
                workspace_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ActivationDecision"];
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperatorActivation"];
                };
            };
            /** @description A problem (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    refuseActivation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                currency_type: "fiat" | "crypto";
                workspace_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ActivationRefusal"];
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperatorActivation"];
                };
            };
            /** @description A problem (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    revokeActivation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                currency_type: "fiat" | "crypto";
                workspace_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ActivationRefusal"];
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperatorActivation"];
                };
            };
            /** @description A problem (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listAuditLog: {
        parameters: {
            query?: {
                /** @description How many items to answer with. */
                limit?: number;
                /** @description The `next_cursor` of the answer before this one. */
                cursor?: string;
                /** @description RFC 3339 */
                created_after?: string;
                /** @description RFC 3339 */
                created_before?: string;
                action?: string;
                actor_id?: string;
                target_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["AuditEntry"][];
                        /** @description Send it as `cursor` for the next page; null at the end. */
                        next_cursor: string | null;
                    };
                };
            };
            /** @description A problem (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    exportAuditLog: {
        parameters: {
            query?: {
                /** @description RFC 3339 */
                created_after?: string;
                /** @description RFC 3339 */
                created_before?: string;
                action?: string;
                actor_id?: string;
                target_id?: string;
                format?: "csv" | "ndjson";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A problem (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listPlatformAuditLog: {
        parameters: {
            query?: {
                /** @description How many items to answer with. */
                limit?: number;
                /** @description The `next_cursor` of the answer before this one. */
                cursor?: string;
                /** @description RFC 3339 */
                created_after?: string;
                /** @description RFC 3339 */
                created_before?: string;
                action?: string;
                actor_id?: string;
                target_id?: string;
                workspace_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["OperatorAuditEntry"][];
                        /** @description Send it as `cursor` for the next page; null at the end. */
                        next_cursor: string | null;
                    };
                };
            };
            /** @description A problem (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    startCliLogin: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["StartCliLogin"];
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StartedCliLogin"];
                };
            };
            /** @description A problem (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    pollCliLogin: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PollCliLogin"];
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PolledCliLogin"];
                };
            };
            /** @description A problem (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    acknowledgeCliLogin: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PollCliLogin"];
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PolledCliLogin"];
                };
            };
            /** @description A problem (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getCliLogin: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CliLogin"];
                };
            };
            /** @description A problem (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    confirmCliLogin: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ConfirmCliLogin"];
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKey"];
                };
            };
            /** @description A problem (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    refuseCliLogin: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CliLogin"];
                };
            };
            /** @description A problem (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listOperatorKeys: {
        parameters: {
            query?: {
                /** @description How many items to answer with. */
                limit?: number;
                /** @description The `next_cursor` of the answer before this one. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["OperatorKey"][];
                        /** @description Send it as `cursor` for the next page; null at the end. */
                        next_cursor: string | null;
                    };
                };
            };
            /** @description A problem (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createOperatorKey: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateOperatorKey"];
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperatorKeyWithSecret"];
                };
            };
            /** @description A problem (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getOperatorKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperatorKey"];
                };
            };
            /** @description A problem (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    revokeOperatorKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    updateOperatorKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpdateOperatorKey"];
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperatorKey"];
                };
            };
            /** @description A problem (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    rotateOperatorKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RotateApiKey"];
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperatorKeyWithSecret"];
                };
            };
            /** @description A problem (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listFees: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["FeeRule"][];
                        next_cursor: null;
                    };
                };
            };
            /** @description A problem (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listFeeRules: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["FeeRule"][];
                        next_cursor: null;
                    };
                };
            };
            /** @description A problem (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    setFeeRule: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                type: "deposit" | "payout" | "transfer" | "refund";
                /** @description A currency; or `fiat` or `crypto`: every currency of the type that has no rule of its own. */
                currency: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SetFeeRule"];
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FeeRule"];
                };
            };
            /** @description A problem (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    removeFeeRule: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                type: "deposit" | "payout" | "transfer" | "refund";
                /** @description A currency; or `fiat` or `crypto`: every currency of the type that has no rule of its own. */
                currency: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listRails: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["RailSettings"][];
                        next_cursor: null;
                        /**
                         * @description How many different people a payout takes (PAYOUT_APPROVERS). 1 is allowed and always shown.
                         * @example 2
                         */
                        payout_approvers: number;
                        /** @description How many different people it takes to say that money came (DEPOSIT_APPROVERS). 1 is allowed and always shown. */
                        deposit_approvers: number;
                    };
                };
            };
            /** @description A problem (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    setRail: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RailInput"];
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RailSettings"];
                };
            };
            /** @description A problem (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listSettlements: {
        parameters: {
            query?: {
                /** @description How many items to answer with. */
                limit?: number;
                /** @description The `next_cursor` of the answer before this one. */
                cursor?: string;
                /** @description `open`: the queue, oldest first. `closed`: what operators settled or failed, newest first. */
                state?: "open" | "closed";
                type?: "deposit" | "payout" | "refund" | "return" | "correction";
                currency?: string;
                currency_type?: "fiat" | "crypto";
                workspace_id?: string;
                /** @description The deposits that wait for money under this code; spaces and case do not matter. */
                reference_code?: string;
                amount_min?: string;
                amount_max?: string;
                /** @description RFC 3339 */
                created_after?: string;
                /** @description RFC 3339 */
                created_before?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Settlement"][];
                        /** @description Send it as `cursor` for the next page; null at the end. */
                        next_cursor: string | null;
                        /**
                         * @description How many different people a payout takes (PAYOUT_APPROVERS). 1 is allowed and always shown.
                         * @example 2
                         */
                        payout_approvers: number;
                        /** @description How many different people it takes to say that money came (DEPOSIT_APPROVERS). 1 is allowed and always shown. */
                        deposit_approvers: number;
                    };
                };
            };
            /** @description A problem (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    exportSettlements: {
        parameters: {
            query?: {
                /** @description `open`: the queue, oldest first. `closed`: what operators settled or failed, newest first. */
                state?: "open" | "closed";
                type?: "deposit" | "payout" | "refund" | "return" | "correction";
                currency?: string;
                currency_type?: "fiat" | "crypto";
                workspace_id?: string;
                /** @description The deposits that wait for money under this code; spaces and case do not matter. */
                reference_code?: string;
                amount_min?: string;
                amount_max?: string;
                /** @description RFC 3339 */
                created_after?: string;
                /** @description RFC 3339 */
                created_before?: string;
                /** @description NDJSON: the rows as the API answers them, one a line. CSV: RFC 4180, CRLF. */
                format?: "ndjson" | "csv";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A problem (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getSettlement: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                transaction_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Settlement"];
                };
            };
            /** @description A problem (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    settleTransaction: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                transaction_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SettleInput"];
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Settlement"];
                };
            };
            /** @description A problem (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    failTransaction: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                transaction_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FailInput"];
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Settlement"];
                };
            };
            /** @description A problem (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    withdrawApproval: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                transaction_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Settlement"];
                };
            };
            /** @description A problem (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    returnSettled: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                transaction_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReturnSettledInput"];
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Settlement"];
                };
            };
            /** @description A problem (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    correctTransaction: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                transaction_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CorrectInput"];
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Settlement"];
                };
            };
            /** @description A problem (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    settleMany: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SettleManyInput"];
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ManySettled"];
                };
            };
            /** @description A problem (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    failMany: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FailManyInput"];
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ManySettled"];
                };
            };
            /** @description A problem (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listUnmatchedDeposits: {
        parameters: {
            query?: {
                /** @description How many items to answer with. */
                limit?: number;
                /** @description The `next_cursor` of the answer before this one. */
                cursor?: string;
                state?: ("open" | "matched" | "returning" | "returned") | "all";
                currency?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["UnmatchedDeposit"][];
                        /** @description Send it as `cursor` for the next page; null at the end. */
                        next_cursor: string | null;
                        /** @description What lies on the accounts of unmatched money, as the ledger has it. */
                        balances: {
                            currency: string;
                            /** @example 250.00 */
                            posted: string;
                            /** @example 250.00 */
                            held: string;
                        }[];
                        /** @description How many different people it takes to say that money came (DEPOSIT_APPROVERS). 1 is allowed and always shown. */
                        deposit_approvers: number;
                    };
                };
            };
            /** @description A problem (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    recordUnmatchedDeposit: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RecordUnmatchedDeposit"];
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UnmatchedDeposit"];
                };
            };
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UnmatchedDeposit"];
                };
            };
            /** @description A problem (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getUnmatchedDeposit: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UnmatchedDeposit"];
                };
            };
            /** @description A problem (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    matchUnmatchedDeposit: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MatchUnmatchedDeposit"];
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UnmatchedDeposit"];
                };
            };
            /** @description A problem (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    withdrawMatch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UnmatchedDeposit"];
                };
            };
            /** @description A problem (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    returnUnmatchedDeposit: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReturnUnmatchedDeposit"];
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UnmatchedDeposit"];
                };
            };
            /** @description A problem (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    matchStatement: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MatchStatementInput"];
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StatementProposals"];
                };
            };
            /** @description A problem (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getDepositInstructions: {
        parameters: {
            query: {
                currency: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DepositInstructions"];
                };
            };
            /** @description A problem (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listReconciliations: {
        parameters: {
            query?: {
                /** @description How many items to answer with. */
                limit?: number;
                /** @description The `next_cursor` of the answer before this one. */
                cursor?: string;
                /** @description `full`: every entry from the first one, after ten times as long as the last one took: five minutes at least, a day at most. `incremental`: what was written since it was last proved, every five minutes. */
                kind?: "full" | "incremental";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Reconciliation"][];
                        /** @description Send it as `cursor` for the next page; null at the end. */
                        next_cursor: string | null;
                        /**
                         * @description How long after the beginning of the last full run the next one begins; null before the first. A change of an old entry is found by then.
                         * @example 300
                         */
                        full_every_seconds: number | null;
                    };
                };
            };
            /** @description A problem (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    reconcileLedger: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReconcileInput"];
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Reconciliation"];
                };
            };
            /** @description A problem (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listLedgerDiscrepancies: {
        parameters: {
            query?: {
                /** @description How many items to answer with. */
                limit?: number;
                /** @description The `next_cursor` of the answer before this one. */
                cursor?: string;
                state?: "open" | "resolved";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["LedgerDiscrepancy"][];
                        /** @description Send it as `cursor` for the next page; null at the end. */
                        next_cursor: string | null;
                    };
                };
            };
            /** @description A problem (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getLedgerEvidence: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                subject_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LedgerEvidence"];
                };
            };
            /** @description A problem (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getSystemHealth: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SystemHealth"];
                };
            };
            /** @description A problem (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    verifyRequest: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["VerifyRequest"];
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VerifiedRequest"];
                };
            };
            /** @description A problem (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    recordRequestOutcome: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RequestOutcome"];
            };
        };
        responses: {
            /** @description Default Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listDeclaredEventTypes: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["DeclaredEventType"][];
                        next_cursor: null;
                    };
                };
            };
            /** @description A problem (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    declareEventType: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DeclareEventType"];
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeclaredEventType"];
                };
            };
            /** @description A problem (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    withdrawEventType: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                type: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    redeclareEventType: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                type: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RedeclareEventType"];
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeclaredEventType"];
                };
            };
            /** @description A problem (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    publishEvent: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PublishEvent"];
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PublishedEvent"];
                };
            };
            /** @description A problem (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listSigningKeys: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["SigningKey"][];
                        next_cursor: null;
                    };
                };
            };
            /** @description A problem (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    rotateSigningKey: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RotateSigningKey"];
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SigningKey"];
                };
            };
            /** @description A problem (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    retireSigningKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SigningKey"];
                };
            };
            /** @description A problem (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
