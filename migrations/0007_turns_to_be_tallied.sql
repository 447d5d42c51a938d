DROP INDEX "turns_untallied";--> statement-breakpoint
ALTER TABLE "turns" ADD COLUMN "tally" text;--> statement-breakpoint
CREATE INDEX "turns_untallied" ON "turns" USING btree ("ended_at_ms") WHERE tally = 'due' and ended_at_ms is not null;--> statement-breakpoint
ALTER TABLE "turns" DROP COLUMN "tallied";