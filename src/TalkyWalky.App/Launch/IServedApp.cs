namespace TalkyWalky.App.Launch;

/// <summary>What the launcher needs of <see cref="AppServer"/>.</summary>
internal interface IServedApp
{
    /// <summary>Ends when it is known how the profile stands.</summary>
    Task Opened { get; }

    Task Quit { get; }

    int Windows { get; }

    (int Width, int Height) WindowSize { get; }

    bool StaysInBackground { get; }

    Uri NewEntrance();

    Task WindowsChangedAsync(int known, CancellationToken cancellation);

    Task CloseWindowsAsync(bool exceptNewest);

    void PassLink(string link);
}
