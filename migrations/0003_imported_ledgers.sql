CREATE TABLE "imported_ledgers" (
	"turn_id" text PRIMARY KEY NOT NULL,
	"attempts" text NOT NULL
);
--> statement-breakpoint
ALTER TABLE "imported_ledgers" ADD CONSTRAINT "imported_ledgers_turn_id_turns_id_fk" FOREIGN KEY ("turn_id") REFERENCES "public"."turns"("id") ON DELETE cascade ON UPDATE no action;