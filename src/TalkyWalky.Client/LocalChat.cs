using Microsoft.Data.Sqlite;
using TalkyWalky.Client.Engine;
using TalkyWalky.Client.Enrol;
using TalkyWalky.Client.Log;
using TalkyWalky.Client.Status;
using TalkyWalky.Client.Store;
using TalkyWalky.Wire;

namespace TalkyWalky.Client;

/// <summary>The engine of one profile, in the process that owns it.</summary>
public static class LocalChat
{
    /// <summary>Opens an enrolled profile and begins to connect. The caller disposes of the chat, which says goodbye to the gateway.</summary>
    public static async Task<ChatOpening> OpenAsync(string profile, string passphrase, ClientEnvironment environment, CancellationToken cancellation)
    {
        var opening = await Task.Run(() => ProfileFolder.Open(profile, passphrase, create: false), cancellation);
        if (opening is not FolderOpening.Opened { Folder: var folder }) return Translate(opening);
        var kept = false;
        try
        {
            using var credentials = await folder.Database.RunAsync(rows => Prepare(rows, environment.Time.GetUtcNow()), cancellation);
            if (credentials is null)
                return new ChatOpening.Unfinished($"Enrolment of the profile {folder.Path} is not finished; go on with the log-in or the registration.");
            var book = await StatusBook.OpenAsync(folder.Database, credentials.Anchor, environment.Time, cancellation);
            var log = await LogBook.OpenAsync(folder.Database, credentials.Anchor, environment.Time, cancellation);
            kept = true;
            return new ChatOpening.Opened(new ChatEngine(folder, SelfInfo.From(credentials, folder.Path), book, log, environment));
        }
        catch (ProfileDamagedException failure)
        {
            return new ChatOpening.Damaged($"The profile {folder.Path} is damaged: {failure.Message}. Restore profile.db from a copy, or enrol this device anew in another folder.");
        }
        catch (SqliteException failure)
        {
            return new ChatOpening.Damaged($"The profile {folder.Path} cannot be used: {StoreFailure.Explain(failure)}");
        }
        finally
        {
            if (!kept) await folder.DisposeAsync();
        }
    }

    private static Credentials? Prepare(Rows rows, DateTimeOffset now)
    {
        if (Credentials.Load(rows, now) is not { } credentials) return null;
        rows.Messages.Owner = (credentials.Identity.User, credentials.Identity.Username);
        rows.Rooms.Anchor = credentials.Anchor.Hash;
        rows.Contacts.EnsureOwnDevices(
            credentials.Identity.User, credentials.Identity.Username, ConversationId.Direct(credentials.Anchor.Hash, credentials.Identity.User, credentials.Identity.User));
        // Keys of sessions that nothing in any mailbox can belong to any more.
        rows.Sending.Forget(now - Limits.SessionLife - Limits.MailboxLife);
        rows.Parts.Expire(now);
        rows.Receiving.Forget(now - Limits.SessionLife - (2 * Limits.MailboxLife));
        rows.Claims.Forget();
        return credentials;
    }

    private static ChatOpening Translate(FolderOpening opening) => opening switch
    {
        FolderOpening.Missing missing => new ChatOpening.NoProfile(missing.Why),
        FolderOpening.InUse inUse => new ChatOpening.InUse(inUse.Why),
        FolderOpening.WrongPassphrase wrong => new ChatOpening.WrongPassphrase(wrong.Why),
        FolderOpening.Damaged damaged => new ChatOpening.Damaged(damaged.Why),
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}

/// <summary>Every <c>Why</c> is a sentence for a person that says what to do.</summary>
public abstract record ChatOpening
{
    private ChatOpening() { }

    public sealed record Opened(IChat Chat) : ChatOpening;

    /// <summary>There is no profile in this folder: register or log in first.</summary>
    public sealed record NoProfile(string Why) : ChatOpening;

    /// <summary>Enrolment was begun and not finished (approval is pending, or it was interrupted): go on with <see cref="Enrolment.EnrolAsync"/>.</summary>
    public sealed record Unfinished(string Why) : ChatOpening;

    /// <summary>Another process owns the profile; ask that one over PROFILE/agent.sock.</summary>
    public sealed record InUse(string Why) : ChatOpening;

    public sealed record WrongPassphrase(string Why) : ChatOpening;

    public sealed record Damaged(string Why) : ChatOpening;
}
