using TalkyWalky.Client.Store;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Tests.Store;

/// <summary>An empty profile in a temporary folder, with one contact.</summary>
internal sealed class TestProfile : IAsyncDisposable
{
    public const string Passphrase = "correct horse";

    public static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    private TestProfile(string path, ProfileFolder folder)
    {
        Path = path;
        Folder = folder;
    }

    public string Path { get; }

    public ProfileFolder Folder { get; }

    public Database Database => Folder.Database;

    public UserId Me { get; } = UserId.New();

    public UserId Bob { get; } = UserId.New();

    public static async Task<TestProfile> CreateAsync()
    {
        var path = Directory.CreateTempSubdirectory("talkywalky-client-").FullName;
        var opened = Assert.IsType<FolderOpening.Opened>(ProfileFolder.Open(path, Passphrase, create: true));
        var profile = new TestProfile(path, opened.Folder);
        await profile.Database.RunAsync(
            rows =>
            {
                rows.Messages.Owner = (profile.Me, "alice");
                rows.Contacts.Add("bob", profile.Bob, ConversationId.Direct(Digest.Sha256([]), profile.Me, profile.Bob));
            },
            CancellationToken.None);
        return profile;
    }

    public Task<T> DoAsync<T>(Func<Rows, T> work) => Database.RunAsync(work, CancellationToken.None);

    /// <summary>Everything that a profile's files hold, free pages and log included.</summary>
    public static async Task<byte[]> FilesAsync(string path)
    {
        using var all = new MemoryStream();
        foreach (var end in (string[])["", "-wal", "-shm"])
        {
            await using var file = new FileStream(System.IO.Path.Combine(path, "profile.db" + end), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            await file.CopyToAsync(all);
        }

        return all.ToArray();
    }

    public async ValueTask DisposeAsync()
    {
        await Folder.DisposeAsync();
        Directory.Delete(Path, recursive: true);
    }
}
