using System.Text;
using TalkyWalky.Crypto;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Store;

/// <summary>File messages: rows of the history whose text is the body's JSON, and which are here once all their parts are.</summary>
internal sealed class FileRows(Rows rows)
{
    /// <summary>Keeps an own file and all that is to be sent of it, parts first.</summary>
    public ChatMessage AddOwn(long contact, MessageId id, FileDraft draft, DateTimeOffset now)
    {
        var json = draft.Body.ToJson();
        for (var i = 0; i < draft.Body.Parts.Count; i++)
        {
            var data = draft.Part(i);
            rows.Parts.AddOwn(id, contact, draft.Body.Parts[i], data.Span, now);
            rows.Outbox.AddPart(contact, draft.Body.Parts[i], data.Span, now);
        }

        var message = rows.Messages.AddOwn(contact, id, Encoding.UTF8.GetString(json), now, MessageBody.File.Kind);
        rows.Outbox.AddFile(contact, id, json, now);
        return message;
    }

    /// <summary>A file's message was stored: takes the parts that are here, and waits for the others.</summary>
    public void Arrived(UserId author, MessageId id, long contact, MessageBody.File body, DateTimeOffset now)
    {
        rows.Parts.Claim(author, id, contact, body.Parts, now);
        Look(author, id, body);
    }

    /// <summary>Returns the message of the file that is here now, all of it.</summary>
    public ChatMessage? PartArrived(UserId author, MessageId part, long contact, ReadOnlySpan<byte> data, DateTimeOffset now) =>
        rows.Parts.Add(author, part, contact, data, now) is { } id && BodyOf(author, id) is { } body && Look(author, id, body) ? rows.Messages.Find(author, id) : null;

    public FileAnswer Find(Target of, long position)
    {
        if (rows.Contacts.Find(of) is not { } contact || rows.Messages.At(contact.Id, position) is not var (author, message) || message.File is not { } file
            || BodyOf(author, message.Id) is not { } body) return new FileAnswer.Missing("There is no file at this place.");
        if (file.IsHere && rows.Parts.Read(author, message.Id, body) is { } content) return new FileAnswer.Found(file, content);
        return new FileAnswer.Missing(
            rows.Parts.IsAwaited(author, message.Id)
                ? $"The file \"{file.Name}\" is not here: parts of it have not come. It stays so when it was sent before this device was there; then ask for it again."
                : $"The file \"{file.Name}\" is not here: what came is not what its message says. Ask for it again.");
    }

    private MessageBody.File? BodyOf(UserId author, MessageId message) => rows.Messages.BodyOf(author, message) is { } json ? MessageBody.File.TryRead(json) : null;

    private bool Look(UserId author, MessageId id, MessageBody.File body)
    {
        if (rows.Parts.IsAwaited(author, id)) return false;
        if (rows.Parts.Read(author, id, body) is null)
        {
            rows.Parts.Delete(author.ToArray(), id.ToArray()); // they are of no use
            return false;
        }

        rows.Messages.SetHere(author, id);
        return true;
    }
}

/// <summary>A file cut into parts, which have their ids.</summary>
internal sealed record FileDraft(MessageBody.File Body, ReadOnlyMemory<byte> Content)
{
    public static FileDraft Of(OutgoingFile file)
    {
        var parts = new MessageId[(file.Content.Length + Limits.FilePart - 1) / Limits.FilePart];
        for (var i = 0; i < parts.Length; i++) parts[i] = MessageId.New();
        return new FileDraft(new MessageBody.File(file.Name, file.Type, file.Content.Length, Digest.Sha256(file.Content.Span), parts), file.Content);
    }

    public ReadOnlyMemory<byte> Part(int index) => Content.Slice(index * Limits.FilePart, Math.Min(Limits.FilePart, Content.Length - (index * Limits.FilePart)));
}
