namespace TalkyWalky.Engines.Embedded.Tests;

/// <summary>Embedded engines on a file of their own that can be closed and opened again.</summary>
internal sealed class TestEngines
{
    private readonly DirectoryInfo _folder = System.IO.Directory.CreateTempSubdirectory("tw-engines-");
    private EmbeddedEngines? _open;

    public string File => Path.Combine(_folder.FullName, "server.db");

    /// <summary>Hashing as little as possible: what is tested is the directory, not PBKDF2.</summary>
    public EmbeddedOptions Options { get; set; } = new(MailboxLimits.Default, PasswordIterations: 1000);

    public TimeProvider Time { get; set; } = TimeProvider.System;

    public async Task<EmbeddedEngines> OpenAsync() =>
        _open = await EmbeddedEngines.OpenAsync(File, Options, Time, CancellationToken.None);

    public async Task<EmbeddedEngines> ReopenAsync()
    {
        await CloseAsync();
        return await OpenAsync();
    }

    public async Task CloseAsync()
    {
        if (_open is not null) await _open.DisposeAsync();
        _open = null;
    }

    public async Task DeleteAsync()
    {
        await CloseAsync();
        _folder.Delete(recursive: true);
    }
}
