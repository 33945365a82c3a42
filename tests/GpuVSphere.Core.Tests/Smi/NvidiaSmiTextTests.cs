using System;
using System.IO;
using System.Linq;
using GpuVSphere.Core.Tests.Vim;
using GpuVSphere.Smi;

namespace GpuVSphere.Core.Tests.Smi;

public sealed class NvidiaSmiTextTests
{
    // Written by hand after driver 580's document type, v13, as a host that serves vGPUs writes it.
    private const string V13 = """
        <?xml version="1.0" ?>
        <!DOCTYPE nvidia_smi_log SYSTEM "nvsmi_device_v13.dtd">
        <nvidia_smi_log>
        	<timestamp>Sat Nov 15 10:00:00 2025</timestamp>
        	<driver_version>580.82.02</driver_version>
        	<cuda_version>Not Found</cuda_version>
        	<attached_gpus>2</attached_gpus>
        	<gpu id="00000000:3B:00.0">
        		<product_name>NVIDIA L40</product_name>
        		<vgpu_device_capability><fractional_multi_vgpu>Supported</fractional_multi_vgpu></vgpu_device_capability>
        		<mig_mode><current_mig>N/A</current_mig><pending_mig>N/A</pending_mig></mig_mode>
        		<uuid>GPU-1</uuid>
        		<gpu_virtualization_mode>
        			<virtualization_mode>Host VGPU</virtualization_mode>
        			<host_vgpu_mode>SR-IOV</host_vgpu_mode>
        			<vgpu_heterogeneous_mode>Enabled</vgpu_heterogeneous_mode>
        		</gpu_virtualization_mode>
        		<fb_memory_usage><total>46068 MiB</total><reserved>600 MiB</reserved><used>12288 MiB</used><free>33180 MiB</free></fb_memory_usage>
        		<utilization><gpu_util>7 %</gpu_util></utilization>
        		<ecc_mode><current_ecc>Enabled</current_ecc><pending_ecc>Disabled</pending_ecc></ecc_mode>
        		<temperature><gpu_temp>41 C</gpu_temp></temperature>
        		<gpu_power_readings><instant_power_draw>80.25 W</instant_power_draw></gpu_power_readings>
        		<what_nobody_knows_yet><deep><deeper>1</deeper></deep></what_nobody_knows_yet>
        	</gpu>
        	<gpu id="00000000:AF:00.0">
        		<product_name>NVIDIA H100 PCIe</product_name>
        		<mig_mode><current_mig>Disabled</current_mig><pending_mig>Enabled</pending_mig></mig_mode>
        	</gpu>
        </nvidia_smi_log>
        """;

    private const string MigInstances = """
        +---------------------------------------------------------+
        | GPU instances:                                          |
        | GPU   Name               Profile  Instance   Placement  |
        |                            ID       ID       Start:Size |
        |=========================================================|
        |   0  MIG 1g.10gb           19       13          6:1     |
        +---------------------------------------------------------+
        |   0  MIG 3g.40gb            9        2          0:4     |
        +---------------------------------------------------------+
        |   3  MIG 1g.10gb+me        20        1          0:1     |
        +---------------------------------------------------------+
        """;

    private const string MigProfiles = """
        +-------------------------------------------------------------------------------+
        | GPU instance profiles:                                                        |
        | GPU   Name               ID    Instances   Memory     P2P    SM    DEC   ENC  |
        |                                Free/Total   GiB              CE    JPEG  OFA  |
        |===============================================================================|
        |   0  MIG 1g.10gb         19     6/7        9.50       No     14     0     0   |
        |                                                               1     0     0   |
        +-------------------------------------------------------------------------------+
        |   0  MIG 1g.10gb+me      20     1/1        9.50       No     14     1     0   |
        |                                                               1     1     1   |
        +-------------------------------------------------------------------------------+
        """;

    [Fact]
    public void The_newest_xml_form_is_read_and_its_document_type_is_not_fetched()
    {
        NvidiaSmiReport report = NvidiaSmiText.Read("WARNING: something of the driver\n" + V13);

        Assert.Equal("580.82.02", report.DriverVersion);
        Assert.Null(report.CudaVersion);
        NvidiaSmiGpu l40 = report.Gpus[0];
        Assert.Equal("0000:3b:00.0", l40.Address.ToString());
        Assert.True(l40.IsHostVgpu);
        Assert.Equal(("SR-IOV", "Enabled"), (l40.HostVgpuMode, l40.VgpuHeterogeneousMode));
        Assert.Equal((true, false, true), (l40.EccCurrent, l40.EccPending, l40.IsRebootPending));
        Assert.Null(l40.MigCurrent);
        Assert.Equal((46068, 12288, 33180), (l40.MemoryTotalMB, l40.MemoryUsedMB, l40.MemoryFreeMB));
        Assert.Equal((7, 41, 80.25), (l40.UtilizationPercent, l40.TemperatureC, l40.PowerDrawW));

        NvidiaSmiGpu h100 = report.Gpus[1];
        Assert.Equal((false, true, true), (h100.MigCurrent, h100.MigPending, h100.IsRebootPending));
        Assert.Null(h100.EccCurrent);
        Assert.Null(h100.MemoryTotalMB);
        Assert.Equal(1, h100.Index);
    }

    [Fact]
    public void An_entity_of_an_outside_document_is_not_resolved()
    {
        string evil = V13.Replace("SYSTEM \"nvsmi_device_v13.dtd\"", "[<!ENTITY x SYSTEM \"file:///etc/hostname\">]", StringComparison.Ordinal).Replace("NVIDIA L40", "&x;", StringComparison.Ordinal);

        Assert.Equal("NvidiaSmiNotUnderstood", Assert.Throws<GpuVSphereException>(() => NvidiaSmiText.Read(evil)).Id);
    }

    [SkippableFact]
    public void Document_type_v11_of_a_p100()
    {
        NvidiaSmiGpu gpu = Assert.Single(Sample("nvidia-smi-qx-netdata-tesla-p100.xml").Gpus);

        Assert.Equal(("Tesla P100-PCIE-16GB", "0000:00:04.0", "510.47.03"), (gpu.Name, gpu.Address.ToString(), gpu.DriverVersion));
        Assert.Equal(("Pass-Through", null, false), (gpu.VirtualizationMode, gpu.HostVgpuMode, gpu.IsHostVgpu));
        Assert.Equal((true, true), (gpu.EccCurrent, gpu.EccPending));
        Assert.Null(gpu.MigCurrent);
        Assert.Equal("GPU-d3da8716-eaab-75db-efc1-60e88e1cd55e", gpu.Uuid);
        Assert.NotNull(gpu.PowerDrawW);
    }

    [SkippableFact]
    public void Document_type_v11_of_a_t4()
    {
        NvidiaSmiReport report = Sample("nvidia-smi-qx-telegraf-tesla-t4.xml");

        Assert.Equal(("515.105.01", "11.7", "Mon Apr 24 16:22:39 2023"), (report.DriverVersion, report.CudaVersion, report.Timestamp));
        NvidiaSmiGpu gpu = Assert.Single(report.Gpus);
        Assert.Equal((15360, 1032, 13939, 40, 0, 26.78), (gpu.MemoryTotalMB, gpu.MemoryUsedMB, gpu.MemoryFreeMB, gpu.TemperatureC, gpu.UtilizationPercent, gpu.PowerDrawW));
    }

    [SkippableFact]
    public void Document_type_v12_of_an_a100_in_mig_mode_keeps_its_own_memory_apart_from_its_instances()
    {
        NvidiaSmiGpu gpu = Assert.Single(Sample("nvidia-smi-qx-telegraf-a100-sxm4-v12.xml").Gpus);

        Assert.Equal((true, true), (gpu.MigCurrent, gpu.MigPending));
        Assert.Equal((81920, 50), (gpu.MemoryTotalMB, gpu.MemoryUsedMB));
        Assert.Equal("None", gpu.VirtualizationMode);
        Assert.Null(gpu.UtilizationPercent);
        Assert.Equal(67.03, gpu.PowerDrawW);
    }

    [SkippableFact]
    public void The_query_text_of_a_host_that_serves_vgpus()
    {
        NvidiaSmiReport report = Sample("ahv-nvidia-smi-q-a16-hostvgpu-sriov-470.txt");

        Assert.Equal(("470.129.04", null), (report.DriverVersion, report.CudaVersion));
        NvidiaSmiGpu gpu = Assert.Single(report.Gpus);
        Assert.Equal(("NVIDIA A16", "0000:13:00.0", "1320322014845"), (gpu.Name, gpu.Address.ToString(), gpu.Serial));
        Assert.Equal(("Host VGPU", "SR-IOV"), (gpu.VirtualizationMode, gpu.HostVgpuMode));
        Assert.Equal((true, true, 15105, 0), (gpu.EccCurrent, gpu.EccPending, gpu.MemoryTotalMB, gpu.UtilizationPercent));
        Assert.Null(gpu.MigCurrent);
    }

    [SkippableFact]
    public void The_query_text_without_its_indentation_says_the_same()
    {
        NvidiaSmiReport report = Sample("nvidia-smi-q-t4-525-hostvgpu-doc.txt");

        Assert.Equal(("525.60.06", "Tue Nov 22 10:33:26 2022"), (report.DriverVersion, report.Timestamp));
        NvidiaSmiGpu gpu = Assert.Single(report.Gpus);
        Assert.Equal(("Tesla T4", "0000:c1:00.0", "Host VGPU", "Non SR-IOV"), (gpu.Name, gpu.Address.ToString(), gpu.VirtualizationMode, gpu.HostVgpuMode));
        Assert.Equal((true, true, 15360, 3859, 11500, 35), (gpu.EccCurrent, gpu.EccPending, gpu.MemoryTotalMB, gpu.MemoryUsedMB, gpu.MemoryFreeMB, gpu.TemperatureC));
        Assert.Equal(16.57, gpu.PowerDrawW);
    }

    [Theory]
    [InlineData("    GPU Virtualization Mode\n        Virtualization Mode               : Host VGPU\n    GPU Virtualization Mode\n        Virtualization Mode               : None\n", "Host VGPU,None")]
    [InlineData(" GPU Virtualization Mode\n\n  Virtualization mode  : Host VGPU\n", "Host VGPU")]
    [InlineData("        Virtualization Mode               : Host VSGA\n", "Host VSGA")]
    public void What_grep_leaves_of_the_query_text_is_understood(string text, string modes)
    {
        NvidiaSmiReport report = NvidiaSmiText.Read(text);

        Assert.Equal(modes, string.Join(",", report.Gpus.Select(gpu => gpu.VirtualizationMode)));
        Assert.All(report.Gpus, gpu => Assert.Null(gpu.Address));
    }

    [SkippableFact]
    public void The_plain_table()
    {
        NvidiaSmiReport report = Sample("ahv-nvidia-smi-a16-470-two-vgpus.txt");

        Assert.Equal(("470.129.04", null, "Fri Feb 24 02:58:53 2023"), (report.DriverVersion, report.CudaVersion, report.Timestamp));
        Assert.Equal(["0000:13:00.0", "0000:14:00.0", "0000:15:00.0", "0000:16:00.0"], report.Gpus.Select(gpu => gpu.Address.ToString()));
        NvidiaSmiGpu gpu = report.Gpus[1];
        Assert.Equal((1, "NVIDIA A16", 49, 16.0, 1792, 15105, 0), (gpu.Index, gpu.Name, gpu.TemperatureC, gpu.PowerDrawW, gpu.MemoryUsedMB, gpu.MemoryTotalMB, gpu.UtilizationPercent));
        Assert.True(gpu.EccCurrent);
        Assert.Null(gpu.MigCurrent);
        Assert.Null(gpu.VirtualizationMode);
    }

    [SkippableFact]
    public void The_plain_table_without_its_columns()
    {
        NvidiaSmiReport report = Sample("nvidia-smi-m60-m10-550-doc.txt");

        Assert.Equal(["Tesla M60", "Tesla M60", "Tesla M10"], report.Gpus.Select(gpu => gpu.Name));
        Assert.Equal([false, false, null], report.Gpus.Select(gpu => gpu.EccCurrent));
        Assert.Equal((31, 1889, 8191, 7), (report.Gpus[0].TemperatureC, report.Gpus[0].MemoryUsedMB, report.Gpus[0].MemoryTotalMB, report.Gpus[0].UtilizationPercent));
    }

    [Fact]
    public void The_plain_table_of_the_guide_s_driver_and_of_one_with_a_pending_mig_mode()
    {
        const string Guide = """
            | NVIDIA-SMI 390.42                 Driver Version: 390.42                    |
            |-------------------------------+----------------------+----------------------+
            |   0  Tesla P100-PCIE...  On   | 00000000:3B:00.0 Off |                  Off |
            | N/A   31C    P0    26W / 250W |     42MiB / 16383MiB |      0%      Default |
            +-------------------------------+----------------------+----------------------+
            """;
        const string Mig = """
            |   0  NVIDIA A100 80GB PCIe          On  |   00000000:17:00.0 Off |                    0 |
            | N/A   33C    P0              45W / 300W |      14MiB /  81920MiB |      0%      Default |
            |                                         |                        |            Disabled* |
            """;

        NvidiaSmiGpu p100 = Assert.Single(NvidiaSmiText.Read(Guide).Gpus);
        Assert.Equal(("Tesla P100-PCIE...", false, 16383, "390.42"), (p100.Name, p100.EccCurrent, p100.MemoryTotalMB, p100.DriverVersion));
        NvidiaSmiGpu a100 = Assert.Single(NvidiaSmiText.Read(Mig).Gpus);
        Assert.Equal((false, true, true), (a100.MigCurrent, a100.MigPending, a100.EccCurrent));
    }

    [SkippableFact]
    public void The_list_of_gpus()
    {
        NvidiaSmiReport report = Sample("ahv-nvidia-smi-L-a16.txt");

        Assert.Equal([0, 1, 2, 3], report.Gpus.Select(gpu => gpu.Index));
        Assert.All(report.Gpus, gpu => Assert.Equal("NVIDIA A16", gpu.Name));
        Assert.StartsWith("GPU-2039ae9a", report.Gpus[0].Uuid, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void The_table_of_vgpus()
    {
        NvidiaSmiReport report = Sample("nvidia-smi-vgpu-m60-m10-550-doc.txt");

        Assert.Equal(4, report.Gpus.Count);
        Assert.Equal([7, 9, 12, 0], report.Gpus.Select(gpu => gpu.UtilizationPercent!.Value));
        NvidiaSmiVgpu vgpu = Assert.Single(report.Gpus[0].Vgpus);
        Assert.Equal(("11924", "GRID M60-2Q", "3", "Win7-64 GRID test 2", 6), (vgpu.Id, vgpu.Name, vgpu.VmId, vgpu.VmName, vgpu.UtilizationPercent));
        Assert.Empty(report.Gpus[3].Vgpus);

        NvidiaSmiGpu empty = Assert.Single(Sample("nvidia-smi-vgpu-no-vgpu-row-t4.txt").Gpus);
        Assert.Equal(("Tesla T4", "0000:c1:00.0", 0), (empty.Name, empty.Address.ToString(), empty.UtilizationPercent));
    }

    [SkippableFact]
    public void The_query_of_vgpus()
    {
        NvidiaSmiGpu gpu = Assert.Single(Sample("nvidia-smi-vgpu-q-t4-525-doc.txt").Gpus);
        NvidiaSmiVgpu vgpu = Assert.Single(gpu.Vgpus);
        Assert.Equal(("0000:c1:00.0", "3251634327", "GRID T4-4Q", "232"), (gpu.Address.ToString(), vgpu.Id, vgpu.Name, vgpu.TypeId));
        Assert.Equal(("2103066", "Win11SV2_View87", "afdcf724-1dd2-11b2-8534-624f22674b66"), (vgpu.VmId, vgpu.VmName, vgpu.Uuid));
        Assert.Equal(("527.15", "Licensed (Expiry: 2022-11-23 5:2:12 GMT)", true), (vgpu.GuestDriverVersion, vgpu.LicenseStatus, vgpu.Ecc));
        Assert.Equal((4096, 641, 0, 60), (vgpu.MemoryTotalMB, vgpu.MemoryUsedMB, vgpu.UtilizationPercent, vgpu.FrameRateLimit));

        NvidiaSmiVgpu kvm = Assert.Single(Assert.Single(Sample("nvidia-smi-vgpu-q-rtxa6000-525-kvm.txt").Gpus).Vgpus);
        Assert.Equal(("NVIDIA RTXA6000-2Q", "win10test,debug-threads=on", "00000000-0000-0000-0000-000000000101"), (kvm.Name, kvm.VmName, kvm.Uuid));
        Assert.Equal((null, null, null, null), (kvm.GuestDriverVersion, kvm.LicenseStatus, kvm.Ecc, kvm.FrameRateLimit));
    }

    [SkippableFact]
    public void The_types_that_are_supported_and_those_that_can_be_started()
    {
        Assert.Equal(11, NvidiaSmiText.ReadVgpuTypes(File.ReadAllText(Samples.Require("nvidia-smi-vgpu-s-m60-doc.txt"))).Count);
        NvidiaSmiVgpuType only = Assert.Single(NvidiaSmiText.ReadVgpuTypes(File.ReadAllText(Samples.Require("nvidia-smi-vgpu-c-m60-doc.txt"))));
        Assert.Equal(("0000:83:00.0", "GRID M60-2Q", null), (only.Address.ToString(), only.Name, only.TypeId));

        NvidiaSmiVgpuType[] verbose = [.. NvidiaSmiText.ReadVgpuTypes(File.ReadAllText(Samples.Require("nvidia-smi-vgpu-s-v-m60-doc.txt")))];
        Assert.Equal(["GRID M60-0Q", "GRID M60-1Q"], verbose.Select(type => type.Name));
        Assert.Equal(("0xf", 8, 1024, "Quadro-Virtual-DWS,5.0;GRID-Virtual-WS,2.0;GRID-Virtual-WS-Ext,2.0"), (verbose[1].TypeId, verbose[1].MaxInstances, verbose[1].MemoryMB, verbose[1].License));
    }

    [Fact]
    public void Mig_instances_with_their_places_and_the_profiles_that_there_are()
    {
        Assert.Equal(
            [(0, new MigInstance(13, "1g.10gb", 19, 6, 1)), (0, new MigInstance(2, "3g.40gb", 9, 0, 4)), (3, new MigInstance(1, "1g.10gb+me", 20, 0, 1))],
            NvidiaSmiText.ReadMigInstances(MigInstances));
        Assert.Equal("3g.40gb@0:4", NvidiaSmiText.ReadMigInstances(MigInstances)[1].Instance.ToString());
        Assert.Empty(NvidiaSmiText.ReadMigInstances("No GPU instances found: Not Found\n"));
        Assert.Equal(
            [(0, new MigProfile("1g.10gb", 19, 6, 7, 9.5)), (0, new MigProfile("1g.10gb+me", 20, 1, 1, 9.5))],
            NvidiaSmiText.ReadMigProfiles(MigProfiles));
    }

    [SkippableTheory]
    [InlineData("nvidia-smi-e-0-ecc-disabled.txt", "0000:00:05.0")]
    [InlineData("nvidia-smi-e-1-ecc-enabled.txt", "0000:09:00.0")]
    public void The_answers_to_a_switch_of_ecc(string file, string address)
    {
        NvidiaSmiAnswer answer = NvidiaSmiAnswer.Read(File.ReadAllText(Samples.Require(file)));

        Assert.Equal([address], answer.Switched.Select(one => one.ToString()));
        Assert.True(answer.NeedsReboot);
        Assert.EndsWith("All done. Reboot required.", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_answers_to_a_switch_of_mig_mode()
    {
        NvidiaSmiAnswer atOnce = NvidiaSmiAnswer.Read("Enabled MIG Mode for GPU 00000000:36:00.0\nAll done.\n");
        NvidiaSmiAnswer pending = NvidiaSmiAnswer.Read("Warning: MIG mode is in pending enable state for GPU 00000000:36:00.0:In use by another client\n");

        Assert.Equal(["0000:36:00.0"], atOnce.Switched.Select(one => one.ToString()));
        Assert.False(atOnce.NeedsReboot);
        Assert.Empty(pending.Switched);
        Assert.True(pending.NeedsReboot);
    }

    [Theory]
    [InlineData("")]
    [InlineData("hello")]
    [InlineData("<nvidia_smi_log><gpu>")]
    [InlineData("<?xml version=\"1.0\"?><nvidia_smi_log><gpu></nvidia_smi_log>")]
    public void What_is_no_report_is_an_explained_error(string text)
    {
        GpuVSphereException error = Assert.Throws<GpuVSphereException>(() => NvidiaSmiText.Read(text));
        Assert.Equal("NvidiaSmiNotUnderstood", error.Id);
        Assert.NotNull(error.NextStep);
    }

    [Fact]
    public void Damaged_text_never_fails_otherwise()
    {
        Random random = new(3);
        string[] sources = [V13, MigInstances, MigProfiles, "GPU 00000000:C1:00.0\nProduct Name : Tesla T4\nFB Memory Usage\nTotal : 15360 MiB\n", "| 0 Tesla M60 On | 0000:83:00.0 Off | Off |\n| N/A 31C P8 23W / 150W | 1889MiB / 8191MiB | 7% Default |\n"];
        for (int run = 0; run < 3000; run++)
        {
            char[] text = sources[random.Next(sources.Length)].ToCharArray();
            for (int change = 0; change < 8; change++)
            {
                text[random.Next(text.Length)] = "|:<>/0 \n%N"[random.Next(10)];
            }

            string damaged = new(text, 0, random.Next(text.Length));
            try
            {
                _ = NvidiaSmiText.Read(damaged);
            }
            catch (GpuVSphereException error)
            {
                Assert.Equal("NvidiaSmiNotUnderstood", error.Id);
            }

            _ = NvidiaSmiText.ReadVgpuTypes(damaged);
            _ = NvidiaSmiText.ReadMigInstances(damaged);
            _ = NvidiaSmiText.ReadMigProfiles(damaged);
            _ = NvidiaSmiAnswer.Read(damaged);
        }
    }

    private static NvidiaSmiReport Sample(string file) => NvidiaSmiText.Read(File.ReadAllText(Samples.Require(file)));

    [Theory]
    [InlineData("    vGPU Software Licensed Product\n        Product Name                      : NVIDIA RTX Virtual Workstation\n        License Status                    : Licensed (Expiry: 2024-10-19 6:51:17 GMT)\n", "NVIDIA RTX Virtual Workstation", "Licensed (Expiry: 2024-10-19 6:51:17 GMT)")]
    [InlineData("    GRID Licensed Product\n        Product Name              : GRID Virtual Workstation\n        License Status            : Unlicensed\n", "GRID Virtual Workstation", "Unlicensed")]
    [InlineData("    vGPU Software Licensed Product\n        License Status                    : Unlicensed (Unrestricted)\n", null, "Unlicensed (Unrestricted)")]
    [InlineData("", null, null)]
    public void A_guest_s_licence_is_read_and_its_product_is_not_taken_for_the_gpu(string part, string? product, string? status)
    {
        string text = "==============NVSMI LOG==============\n\nDriver Version                            : 535.161.07\n\nAttached GPUs                             : 1\nGPU 00000000:02:00.0\n"
            + "    Product Name                          : GRID P100-8Q\n    GPU Virtualization Mode\n        Virtualization Mode               : VGPU\n" + part + "    FB Memory Usage\n        Total                             : 8192 MiB\n";
        NvidiaSmiGpu gpu = Assert.Single(NvidiaSmiText.Read(text).Gpus);
        Assert.Equal(("GRID P100-8Q", product, status, 8192), (gpu.Name, gpu.LicensedProduct, gpu.LicenseStatus, gpu.MemoryTotalMB));
    }

    [Fact]
    public void The_XML_form_has_the_licence_too()
    {
        NvidiaSmiGpu gpu = Assert.Single(NvidiaSmiText.Read(
            "<nvidia_smi_log><gpu id=\"00000000:02:00.0\"><product_name>GRID P100-8Q</product_name><vgpu_software_licensed_product><licensed_product_name>NVIDIA Virtual PC</licensed_product_name>"
            + "<license_status>Unlicensed</license_status></vgpu_software_licensed_product></gpu></nvidia_smi_log>").Gpus);
        Assert.Equal(("GRID P100-8Q", "NVIDIA Virtual PC", "Unlicensed"), (gpu.Name, gpu.LicensedProduct, gpu.LicenseStatus));
    }
}
