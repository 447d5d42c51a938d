-- Long signatures stay in the pieces they arrived in: to put them together wrote every byte of them twice. What is stored whole
-- remains so.
ALTER TABLE "signatures" ALTER COLUMN "characters" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "signatures" ADD COLUMN "upload" text;--> statement-breakpoint
ALTER TABLE "signatures" ADD COLUMN "bytes" integer;--> statement-breakpoint
CREATE UNIQUE INDEX "signatures_by_upload" ON "signatures" USING btree ("upload");--> statement-breakpoint
ALTER TABLE "signatures" ADD CONSTRAINT "signatures_whole_or_in_pieces" CHECK (("characters" IS NULL) <> ("upload" IS NULL));--> statement-breakpoint
ALTER TABLE "signature_pieces" SET LOGGED;
