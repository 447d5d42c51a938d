CREATE TABLE "attempts" (
	"turn_id" text NOT NULL,
	"n" integer NOT NULL,
	"tenant_id" text NOT NULL,
	"endpoint_id" text NOT NULL,
	"model" text NOT NULL,
	"image" jsonb NOT NULL,
	"fidelity" text NOT NULL,
	"degraded" jsonb NOT NULL,
	"fallback" boolean NOT NULL,
	"lease_epoch" integer NOT NULL,
	"request" text,
	"started_at_ms" bigint NOT NULL,
	"ended_at_ms" bigint,
	"outcome" text,
	"http_status" integer,
	"message" text,
	"facts" text,
	"next" text,
	"wait_ms" bigint DEFAULT 0 NOT NULL,
	"billed" text NOT NULL,
	"usage" jsonb,
	"cost_usd" numeric(14,6) NOT NULL,
	"model_version" text,
	"response_id" text,
	"late" boolean DEFAULT false NOT NULL,
	CONSTRAINT "attempts_turn_id_n_pk" PRIMARY KEY("turn_id","n")
);
--> statement-breakpoint
CREATE TABLE "blobs" (
	"sha256" text PRIMARY KEY NOT NULL,
	"bytes" bigint NOT NULL,
	"created_at_ms" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "events" (
	"turn_id" text NOT NULL,
	"seq" integer NOT NULL,
	"position" bigint GENERATED ALWAYS AS IDENTITY (sequence name "events_position_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"xid" bigint DEFAULT pg_current_xact_id()::text::bigint NOT NULL,
	"session_id" text NOT NULL,
	"tenant_id" text NOT NULL,
	"type" text NOT NULL,
	"data" text NOT NULL,
	"at_ms" bigint NOT NULL,
	CONSTRAINT "events_turn_id_seq_pk" PRIMARY KEY("turn_id","seq")
);
--> statement-breakpoint
CREATE TABLE "idempotency_keys" (
	"tenant_id" text NOT NULL,
	"route" text NOT NULL,
	"key" text NOT NULL,
	"digest" text NOT NULL,
	"turn_id" text NOT NULL,
	"created_at_ms" bigint NOT NULL,
	CONSTRAINT "idempotency_keys_tenant_id_route_key_pk" PRIMARY KEY("tenant_id","route","key")
);
--> statement-breakpoint
CREATE TABLE "media" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"sha256" text NOT NULL,
	"mime_type" text NOT NULL,
	"bytes" bigint NOT NULL,
	"width" integer,
	"height" integer,
	"made_by_turn_id" text,
	"made_from" jsonb,
	"created_at_ms" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "media_grants" (
	"media_id" text NOT NULL,
	"session_id" text NOT NULL,
	CONSTRAINT "media_grants_media_id_session_id_pk" PRIMARY KEY("media_id","session_id")
);
--> statement-breakpoint
CREATE TABLE "model_states" (
	"key" text PRIMARY KEY NOT NULL,
	"state" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "nodes" (
	"id" text PRIMARY KEY NOT NULL,
	"lease_expires_at_ms" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "parts" (
	"turn_id" text NOT NULL,
	"attempt" integer NOT NULL,
	"ordinal" integer NOT NULL,
	"raw" text NOT NULL,
	"holes" jsonb NOT NULL,
	"thought" boolean DEFAULT false NOT NULL,
	"media_id" text,
	"signature_sha256" text,
	"minted_by_api" text,
	"minted_by_model" text,
	CONSTRAINT "parts_turn_id_attempt_ordinal_pk" PRIMARY KEY("turn_id","attempt","ordinal")
);
--> statement-breakpoint
CREATE TABLE "renditions" (
	"source_sha256" text NOT NULL,
	"form" text NOT NULL,
	"sha256" text NOT NULL,
	"bytes" bigint NOT NULL,
	"mime_type" text NOT NULL,
	CONSTRAINT "renditions_source_sha256_form_pk" PRIMARY KEY("source_sha256","form")
);
--> statement-breakpoint
CREATE TABLE "sessions" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"title" text,
	"metadata" text NOT NULL,
	"strategy" text NOT NULL,
	"models" jsonb,
	"image" jsonb NOT NULL,
	"system_instruction" text,
	"safety_settings" jsonb NOT NULL,
	"history" jsonb NOT NULL,
	"policy" jsonb NOT NULL,
	"on_conflict" text NOT NULL,
	"on_disconnect" text NOT NULL,
	"budget_usd" numeric(14,6),
	"expires_at_ms" bigint,
	"head_turn_id" text,
	"created_at_ms" bigint NOT NULL,
	"updated_at_ms" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "settings" (
	"key" text PRIMARY KEY NOT NULL,
	"value" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "signatures" (
	"sha256" text PRIMARY KEY NOT NULL,
	"characters" "bytea" NOT NULL,
	"created_at_ms" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "tenants" (
	"id" text PRIMARY KEY NOT NULL,
	"created_at_ms" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "turns" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"session_id" text NOT NULL,
	"position" bigint GENERATED ALWAYS AS IDENTITY (sequence name "turns_position_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"parent_id" text,
	"parent_is_head" boolean DEFAULT false NOT NULL,
	"depth" integer NOT NULL,
	"status" text NOT NULL,
	"version" integer NOT NULL,
	"image" jsonb NOT NULL,
	"models" jsonb,
	"strategy" text,
	"policy" jsonb NOT NULL,
	"metadata" text NOT NULL,
	"window" text,
	"webhook_url" text,
	"not_before_ms" bigint,
	"deadline_ms" bigint,
	"deadline_at_ms" bigint,
	"waiting_until_ms" bigint,
	"wait_reason" text,
	"due_at_ms" bigint,
	"lease_owner" text,
	"lease_epoch" integer DEFAULT 0 NOT NULL,
	"output_attempt" integer,
	"model" text,
	"model_version" text,
	"fallback" boolean DEFAULT false NOT NULL,
	"degraded" jsonb NOT NULL,
	"fidelity" text,
	"error" text,
	"created_at_ms" bigint NOT NULL,
	"started_at_ms" bigint,
	"ended_at_ms" bigint
);
--> statement-breakpoint
CREATE TABLE "upstream_files" (
	"project" text NOT NULL,
	"sha256" text NOT NULL,
	"endpoint_id" text NOT NULL,
	"name" text,
	"uri" text,
	"expires_at_ms" bigint,
	"uploading_by" text,
	"uploading_until_ms" bigint,
	CONSTRAINT "upstream_files_project_sha256_pk" PRIMARY KEY("project","sha256")
);
--> statement-breakpoint
ALTER TABLE "attempts" ADD CONSTRAINT "attempts_turn_id_turns_id_fk" FOREIGN KEY ("turn_id") REFERENCES "public"."turns"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "events" ADD CONSTRAINT "events_turn_id_turns_id_fk" FOREIGN KEY ("turn_id") REFERENCES "public"."turns"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "media" ADD CONSTRAINT "media_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "media" ADD CONSTRAINT "media_sha256_blobs_sha256_fk" FOREIGN KEY ("sha256") REFERENCES "public"."blobs"("sha256") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "media_grants" ADD CONSTRAINT "media_grants_media_id_media_id_fk" FOREIGN KEY ("media_id") REFERENCES "public"."media"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "media_grants" ADD CONSTRAINT "media_grants_session_id_sessions_id_fk" FOREIGN KEY ("session_id") REFERENCES "public"."sessions"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "parts" ADD CONSTRAINT "parts_turn_id_turns_id_fk" FOREIGN KEY ("turn_id") REFERENCES "public"."turns"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "parts" ADD CONSTRAINT "parts_media_id_media_id_fk" FOREIGN KEY ("media_id") REFERENCES "public"."media"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "parts" ADD CONSTRAINT "parts_signature_sha256_signatures_sha256_fk" FOREIGN KEY ("signature_sha256") REFERENCES "public"."signatures"("sha256") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "renditions" ADD CONSTRAINT "renditions_sha256_blobs_sha256_fk" FOREIGN KEY ("sha256") REFERENCES "public"."blobs"("sha256") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "turns" ADD CONSTRAINT "turns_session_id_sessions_id_fk" FOREIGN KEY ("session_id") REFERENCES "public"."sessions"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "turns" ADD CONSTRAINT "turns_parent" FOREIGN KEY ("parent_id") REFERENCES "public"."turns"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "attempts_by_end" ON "attempts" USING btree ("ended_at_ms");--> statement-breakpoint
CREATE UNIQUE INDEX "attempts_one_in_flight" ON "attempts" USING btree ("turn_id") WHERE ended_at_ms is null;--> statement-breakpoint
CREATE INDEX "events_of_session" ON "events" USING btree ("session_id","position");--> statement-breakpoint
CREATE INDEX "events_of_tenant" ON "events" USING btree ("tenant_id","position");--> statement-breakpoint
CREATE INDEX "idempotency_keys_by_age" ON "idempotency_keys" USING btree ("created_at_ms");--> statement-breakpoint
CREATE UNIQUE INDEX "media_of_tenant" ON "media" USING btree ("tenant_id","sha256");--> statement-breakpoint
CREATE INDEX "media_of_blob" ON "media" USING btree ("sha256");--> statement-breakpoint
CREATE INDEX "parts_of_media" ON "parts" USING btree ("media_id");--> statement-breakpoint
CREATE INDEX "parts_of_signature" ON "parts" USING btree ("signature_sha256");--> statement-breakpoint
CREATE INDEX "renditions_of_blob" ON "renditions" USING btree ("sha256");--> statement-breakpoint
CREATE INDEX "sessions_newest" ON "sessions" USING btree ("tenant_id","id" DESC NULLS LAST);--> statement-breakpoint
CREATE UNIQUE INDEX "turns_one_active_per_session" ON "turns" USING btree ("session_id") WHERE status in ('running', 'waiting');--> statement-breakpoint
CREATE INDEX "turns_of_session" ON "turns" USING btree ("session_id","position");--> statement-breakpoint
CREATE INDEX "turns_of_parent" ON "turns" USING btree ("parent_id");--> statement-breakpoint
CREATE INDEX "turns_due" ON "turns" USING btree ("due_at_ms") WHERE due_at_ms is not null;--> statement-breakpoint
CREATE INDEX "turns_leased" ON "turns" USING btree ("lease_owner") WHERE lease_owner is not null;--> statement-breakpoint
CREATE INDEX "turns_queued" ON "turns" USING btree ("session_id","position") WHERE status = 'queued';