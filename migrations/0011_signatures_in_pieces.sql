-- breaking
-- Long signatures stay in the pieces they arrived in: to put them together wrote every byte of them twice. What is stored whole
-- remains so. As text they need no conversion on the way; bytes beyond ASCII become the characters of their number.
ALTER TABLE "signatures" ALTER COLUMN "characters" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "signatures" ADD COLUMN "upload" text;--> statement-breakpoint
ALTER TABLE "signatures" ADD COLUMN "bytes" integer;--> statement-breakpoint
CREATE UNIQUE INDEX "signatures_by_upload" ON "signatures" USING btree ("upload");--> statement-breakpoint
ALTER TABLE "signatures" ADD CONSTRAINT "signatures_whole_or_in_pieces" CHECK (("characters" IS NULL) <> ("upload" IS NULL));--> statement-breakpoint
DROP TABLE "signature_pieces";--> statement-breakpoint
CREATE TABLE "signature_pieces" (
	"upload" text NOT NULL,
	"ordinal" integer NOT NULL,
	"characters" text NOT NULL,
	"bytes" integer NOT NULL,
	"created_at_ms" bigint NOT NULL,
	CONSTRAINT "signature_pieces_pk" PRIMARY KEY("upload","ordinal")
);--> statement-breakpoint
ALTER TABLE "signature_pieces" ALTER COLUMN "characters" SET STORAGE EXTERNAL;--> statement-breakpoint
DROP SEQUENCE "signature_uploads";
