CREATE TABLE "owed_webhooks" (
	"turn_id" text NOT NULL,
	"seq" integer NOT NULL,
	CONSTRAINT "owed_webhooks_turn_id_seq_pk" PRIMARY KEY("turn_id","seq")
);
--> statement-breakpoint
ALTER TABLE "tenants" ADD COLUMN "webhook_secret" text;--> statement-breakpoint
ALTER TABLE "owed_webhooks" ADD CONSTRAINT "owed_webhooks_turn_id_turns_id_fk" FOREIGN KEY ("turn_id") REFERENCES "public"."turns"("id") ON DELETE cascade ON UPDATE no action;