CREATE TABLE "retired_webhook_secrets" (
	"tenant_id" text NOT NULL,
	"secret" text NOT NULL,
	"ends_at_ms" bigint NOT NULL,
	CONSTRAINT "retired_webhook_secrets_tenant_id_secret_pk" PRIMARY KEY("tenant_id","secret")
);
--> statement-breakpoint
ALTER TABLE "tenants" ADD COLUMN "image_metadata" text DEFAULT 'strip' NOT NULL;--> statement-breakpoint
ALTER TABLE "retired_webhook_secrets" ADD CONSTRAINT "retired_webhook_secrets_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;