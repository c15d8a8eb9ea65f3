using System.Text;
using Microsoft.Data.Sqlite;
using TalkyWalky.Client.Store;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Tests.Store;

public sealed class ProfileFolderTests
{
    [Fact]
    public async Task Files_OfAProfileInUse_HoldNoPlaintext()
    {
        await using var profile = await TestProfile.CreateAsync();
        const string Secret = "the-harvest-is-on-tuesday";
        await profile.DoAsync(rows =>
        {
            var contact = rows.Contacts.Add("confidential-name", UserId.New(), null).Id;
            rows.Messages.AddOwn(contact, MessageId.New(), Secret, TestProfile.Noon);
            rows.Outbox.AddText(contact, MessageId.New(), Secret, TestProfile.Noon);
            rows.Settings.Set(SettingNames.IdentityKey, Encoding.UTF8.GetBytes(Secret));
            rows.Keys.Replace([1, 2, 3], Encoding.UTF8.GetBytes(Secret), TestProfile.Noon);
            rows.Pending.TryAdd(default, default, profile.Bob, default, Encoding.UTF8.GetBytes(Secret), TestProfile.Noon, TestProfile.Noon);
            rows.Journal.AddNotice(Secret);
            rows.Alarms.Raise(Secret);
            return true;
        });

        foreach (var file in Directory.GetFiles(profile.Path, "profile.db*"))
        {
            var bytes = ReadShared(file);
            Assert.Equal(-1, bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(Secret)));
            Assert.Equal(-1, bytes.AsSpan().IndexOf("confidential-name"u8));
            Assert.Equal(-1, bytes.AsSpan().IndexOf(Encoding.Unicode.GetBytes(Secret)));
        }
    }

    [Fact]
    public async Task Open_WrongPassphrase_SaysSo()
    {
        var profile = await TestProfile.CreateAsync();
        await profile.Folder.DisposeAsync();
        Assert.IsType<FolderOpening.WrongPassphrase>(ProfileFolder.Open(profile.Path, "wrong", create: false));
        var again = Assert.IsType<FolderOpening.Opened>(ProfileFolder.Open(profile.Path, TestProfile.Passphrase, create: false));
        Assert.Equal("bob", (await again.Folder.Database.RunAsync(static rows => rows.Contacts.All(), CancellationToken.None)).Single().Username);
        await again.Folder.DisposeAsync();
        Directory.Delete(profile.Path, recursive: true);
    }

    [Fact]
    public async Task Open_ProfileOfAnotherOwner_IsInUse()
    {
        await using var profile = await TestProfile.CreateAsync();
        Assert.IsType<FolderOpening.InUse>(ProfileFolder.Open(profile.Path, TestProfile.Passphrase, create: false));
    }

    [Fact]
    public void Open_NoFolder_IsMissing() =>
        Assert.IsType<FolderOpening.Missing>(ProfileFolder.Open(Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString()), "x", create: false));

    [Fact]
    public void Open_FileThatIsNoDatabase_IsDamaged()
    {
        var path = Directory.CreateTempSubdirectory("talkywalky-client-").FullName;
        File.WriteAllText(Path.Combine(path, "profile.db"), new string('x', 8192));
        var damaged = Assert.IsType<FolderOpening.Damaged>(ProfileFolder.Open(path, "x", create: false));
        Assert.Contains("damaged", damaged.Why, StringComparison.Ordinal);
        Directory.Delete(path, recursive: true);
    }

    [Fact]
    public async Task Files_OfANewProfile_AreForTheOwnerOnly()
    {
        if (OperatingSystem.IsWindows()) return;
        var path = Path.Combine(Path.GetTempPath(), $"talkywalky-{Guid.NewGuid():N}");
        var opened = Assert.IsType<FolderOpening.Opened>(ProfileFolder.Open(path, "x", create: true));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(path));
        foreach (var file in Directory.GetFiles(path)) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        await opened.Folder.DisposeAsync();
        Directory.Delete(path, recursive: true);
    }

    [Fact]
    public async Task Read_ValueMovedToAnotherRow_IsDamaged()
    {
        await using var profile = await TestProfile.CreateAsync();
        await Assert.ThrowsAsync<ProfileDamagedException>(() => profile.DoAsync(static rows =>
        {
            rows.Settings.Set("one", "1"u8);
            rows.Settings.Set("two", "2"u8);
            rows.Execute("UPDATE setting SET value = (SELECT value FROM setting WHERE name = 'one') WHERE name = 'two'");
            return rows.Settings.Get("two");
        }));
    }

    [Fact]
    public async Task Run_WorkThatThrows_UndoesOnlyItself()
    {
        await using var profile = await TestProfile.CreateAsync();
        var kept = profile.DoAsync(static rows => Write(rows, "kept"));
        var failing = profile.DoAsync<bool>(static rows =>
        {
            Write(rows, "undone");
            throw new InvalidOperationException("on purpose");
        });
        var also = profile.DoAsync(static rows => Write(rows, "also"));

        await Assert.ThrowsAsync<InvalidOperationException>(() => failing);
        await Task.WhenAll(kept, also);
        var found = await profile.DoAsync(static rows => (rows.Settings.Get("kept"), rows.Settings.Get("undone"), rows.Settings.Get("also")));
        Assert.NotNull(found.Item1);
        Assert.Null(found.Item2);
        Assert.NotNull(found.Item3);
    }

    [Fact]
    public async Task Run_DiskFull_TellsTheCallerAndGoesOn()
    {
        await using var profile = await TestProfile.CreateAsync();
        await profile.DoAsync(static rows => rows.Execute("PRAGMA max_page_count = 60"));
        var big = new byte[1024 * 1024];
        var failure = await Assert.ThrowsAsync<SqliteException>(() => profile.DoAsync(rows =>
        {
            rows.Settings.Set("big", big);
            return true;
        }));
        Assert.Contains("disk is full", StoreFailure.Explain(failure), StringComparison.Ordinal);
        Assert.Null(await profile.DoAsync(static rows => rows.Settings.Get("big")));
        Assert.True(await profile.DoAsync(static rows => Write(rows, "small")));
    }

    private static bool Write(Rows rows, string name)
    {
        rows.Settings.Set(name, "x"u8);
        return true;
    }

    private static byte[] ReadShared(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
