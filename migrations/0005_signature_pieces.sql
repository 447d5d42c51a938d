-- Pieces of signatures that are still arriving. They are put together within minutes or not at all, so a crash may lose them:
-- unlogged, they cost no write-ahead log. Incompressible like what they become.
CREATE UNLOGGED TABLE "signature_pieces" (
	"upload" text NOT NULL,
	"ordinal" integer NOT NULL,
	"characters" bytea NOT NULL,
	"created_at_ms" bigint NOT NULL,
	CONSTRAINT "signature_pieces_pk" PRIMARY KEY("upload","ordinal")
);
--> statement-breakpoint
ALTER TABLE "signature_pieces" ALTER COLUMN "characters" SET STORAGE EXTERNAL;--> statement-breakpoint
CREATE SEQUENCE "signature_uploads";
