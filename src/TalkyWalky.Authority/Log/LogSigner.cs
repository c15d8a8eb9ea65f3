using System.Security.Cryptography;
using System.Text;
using TalkyWalky.Pki.Log;
using TalkyWalky.Wire;

namespace TalkyWalky.Authority;

/// <summary>
/// The transparency log's present key: P-256, the trust anchor's or one that came after it. It signs heads, and as its last word which key comes next; from then on it signs nothing more, also after a crash:
/// statement and next key are on disk in one file before anyone sees the statement, and that file is finished first thing.
/// </summary>
internal sealed class LogSigner : IDisposable
{
    private readonly AuthorityFolder _folder;
    private readonly string _passphrase;
    private readonly Lock _signing = new(); // an ECDsa object promises nothing to two threads
    private ECDsa _key;

    private LogSigner(AuthorityFolder folder, string passphrase, ECDsa key, LogKeys keys, bool isChanging) =>
        (_folder, _passphrase, _key, Keys, IsChanging) = (folder, passphrase, key, keys, isChanging);

    /// <summary>The last is the one that signs.</summary>
    public LogKeys Keys { get; private set; }

    /// <summary>The statement that made this key the present one is to be logged, then to be <see cref="Finish"/>ed, before anything is signed.</summary>
    public bool IsChanging { get; private set; }

    /// <summary>Throws <see cref="AuthorityException"/> with a sentence for the administrator.</summary>
    /// <param name="first">The trust anchor's.</param>
    public static LogSigner Open(AuthorityFolder folder, string passphrase, LogKey first)
    {
        var keys = folder.ReadLogKeys(first);
        if (folder.TryReadBytes(AuthorityFolder.LogChange) is not { } change)
            return new LogSigner(folder, passphrase, OpenKey(folder.Read(AuthorityFolder.LogKey), passphrase, keys.Present, folder.PathOf(AuthorityFolder.LogKey)), keys, isChanging: false);
        var file = folder.PathOf(AuthorityFolder.LogChange);
        var end = change.AsSpan().IndexOf((byte)'\n');
        // It may have been written down as the last statement already.
        var after = end < 0 ? null : keys.Tokens is [.., var last] && last.AsSpan().SequenceEqual(change.AsSpan(0, end)) ? keys : keys.TryAppend(change.AsSpan(0, end));
        return after is null
            ? throw new AuthorityException($"{file} is damaged: it holds no statement by the log's present key; restore it from a backup")
            : new LogSigner(folder, passphrase, OpenKey(Encoding.ASCII.GetString(change.AsSpan(end + 1)), passphrase, after.Present, file), after, isChanging: true);
    }

    /// <summary>The compact JWS.</summary>
    public byte[] Sign(TreeHead head)
    {
        lock (_signing) return head.Sign(_key);
    }

    /// <summary>The compact JWS.</summary>
    public byte[] Sign(UserHead head)
    {
        lock (_signing) return head.Sign(_key);
    }

    /// <summary>A new key signs from now on, all that is larger than this tree. Throws <see cref="AuthorityException"/> when it cannot be kept; the old one goes on then.</summary>
    public void Begin(ulong size, Digest root, DateTimeOffset time)
    {
        var next = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        try
        {
            var statement = new LogKeyStatement(LogKey.Of(next), size, root, time).Sign(_key);
            var keys = Keys.TryAppend(statement)
                ?? throw new AuthorityException($"the log's key was replaced {Keys.Statements.Count} times, and cannot be once more: everybody joins a new authority (docs/transparency.md)");
            _folder.Replace(AuthorityFolder.LogChange, [.. statement, (byte)'\n', .. Encoding.ASCII.GetBytes(EncryptedKey.Export(next, _passphrase))]);
            lock (_signing)
            {
                _key.Dispose();
                (_key, Keys, IsChanging) = (next, keys, true);
            }
        }
        catch
        {
            next.Dispose();
            _folder.Delete(AuthorityFolder.LogChange);
            throw;
        }
    }

    /// <summary>The statement is in the log. What was begun is as if it had always been so; may be done again.</summary>
    public void Finish()
    {
        _folder.Replace(AuthorityFolder.LogKeys, Keys.Encode());
        _folder.Replace(AuthorityFolder.LogKey, Encoding.ASCII.GetBytes(EncryptedKey.Export(_key, _passphrase)));
        _folder.Delete(AuthorityFolder.LogChange);
        IsChanging = false;
    }

    public void Dispose() => _key.Dispose();

    private static ECDsa OpenKey(string pem, string passphrase, LogKey expected, string file)
    {
        var key = ECDsa.Create();
        EncryptedKey.Import(key, pem, passphrase, file);
        if (key.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(expected.Info.Span)) return key;
        key.Dispose();
        throw new AuthorityException($"{file} and {AuthorityFolder.LogPublicKey} or {AuthorityFolder.LogKeys} beside it do not belong together; bring those that were made together");
    }
}
