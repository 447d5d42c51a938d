CREATE TABLE "alerts" (
	"rule" text NOT NULL,
	"tenant_id" text NOT NULL,
	"subject" text NOT NULL,
	"severity" text NOT NULL,
	"state" text NOT NULL,
	"since_ms" bigint NOT NULL,
	"resolved_at_ms" bigint,
	"value" double precision NOT NULL,
	"threshold" double precision NOT NULL,
	"told_state" text,
	CONSTRAINT "alerts_rule_tenant_id_subject_pk" PRIMARY KEY("rule","tenant_id","subject")
);
--> statement-breakpoint
CREATE TABLE "tallies" (
	"tenant_id" text NOT NULL,
	"span_ms" integer NOT NULL,
	"from_ms" bigint NOT NULL,
	"endpoint_id" text NOT NULL,
	"model" text NOT NULL,
	"cost_micros" bigint NOT NULL,
	"counts" jsonb NOT NULL,
	CONSTRAINT "tallies_tenant_id_span_ms_from_ms_endpoint_id_model_pk" PRIMARY KEY("tenant_id","span_ms","from_ms","endpoint_id","model")
);
--> statement-breakpoint
ALTER TABLE "attempts" ADD COLUMN "cause" text;--> statement-breakpoint
ALTER TABLE "attempts" ADD COLUMN "estimated_usd" numeric(14,6) DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "attempts" ADD COLUMN "tallied" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "tenants" ADD COLUMN "budget_usd" numeric(14,6);--> statement-breakpoint
ALTER TABLE "tenants" ADD COLUMN "session_ttl_ms" bigint;--> statement-breakpoint
ALTER TABLE "turns" ADD COLUMN "reserved_usd" numeric(14,6);--> statement-breakpoint
ALTER TABLE "turns" ADD COLUMN "trace_parent" text;--> statement-breakpoint
ALTER TABLE "turns" ADD COLUMN "tallied" boolean DEFAULT true NOT NULL;--> statement-breakpoint
CREATE INDEX "attempts_untallied" ON "attempts" USING btree ("ended_at_ms") WHERE not tallied and ended_at_ms is not null;--> statement-breakpoint
CREATE INDEX "turns_open" ON "turns" USING btree ("tenant_id") WHERE status in ('queued', 'running', 'waiting') or lease_owner is not null;--> statement-breakpoint
CREATE INDEX "turns_untallied" ON "turns" USING btree ("ended_at_ms") WHERE not tallied and ended_at_ms is not null;--> statement-breakpoint
-- Adds two bags of counts, key by key.
CREATE FUNCTION add_counts(a jsonb, b jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT coalesce(jsonb_object_agg(key, n), '{}') FROM (
    SELECT key, sum(value::bigint) AS n FROM (SELECT * FROM jsonb_each_text(a) UNION ALL SELECT * FROM jsonb_each_text(b)) AS both_bags GROUP BY key
  ) AS added
$$;
